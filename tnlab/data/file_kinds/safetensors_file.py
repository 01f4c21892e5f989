"""A reader of .safetensors files."""

import json

import torch
from safetensors.torch import load

from tnlab.data.file_kinds.opened import FileArray, OpenedFile
from tnlab.errors import DataError


def read_safetensors(file: OpenedFile) -> FileArray:
    """Return a tensor of a .safetensors file.

    Raises:
        DataError: It holds no tensor of the wanted name, or the cores of a network instead of data.
    """
    content = file.content()
    tensors = load(content)  # checks the header against the length of the file
    described = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")]).get("__metadata__", {})
    if "structure" in described and file.key is None:
        raise DataError(
            f"{file} holds the cores of a tensor network, not data. Load it with Network.load, or name one core behind "
            f"a colon, as in '{file.name}:{next(iter(tensors), 'core.0')}'."
        )
    key, note = file.choose({name: tensor.shape for name, tensor in tensors.items()}, "a safetensors file")
    tensor = tensors[key]
    file.check(tensor.shape, tensor.element_size())
    return FileArray((tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy(), note=note)
