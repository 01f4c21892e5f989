"""Readers of zip archives: .npz files of numpy, and .pt files of PyTorch, of which only tensors are opened."""

import stat
import zipfile
from collections.abc import Iterator

import torch

from tnlab.data.file_kinds.opened import MOST_MEMBERS, NUMBERS, FileArray, OpenedFile
from tnlab.data.npy_file import npy_header, read_npy
from tnlab.errors import DataError

DEEPEST = 16  # dictionaries and lists of a .pt file within each other


def read_zip(file: OpenedFile) -> FileArray:
    """Return an array of a .npz file, or a tensor of a .pt or .pth file.

    Raises:
        DataError: It holds neither, links or locked members, or objects that only unpickling could open.
    """
    with zipfile.ZipFile(file.stream) as archive:
        members = archive.infolist()
        _check_members(file, members)
        names = [member.filename for member in members]
        if any(name == "data.pkl" or name.endswith("/data.pkl") for name in names):
            _check_stored(file, members)
            return _from_torch(file)
        if any(name.endswith(".npy") for name in names):
            return _from_numpy(file, archive)
    raise DataError(f"{file} is a zip archive that holds neither arrays of numpy (.npz) nor tensors of PyTorch (.pt).")


def _check_members(file: OpenedFile, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise DataError(f"{file} has {len(members):,} members, but at most {MOST_MEMBERS:,} are looked through.")
    for member in members:
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"{file} holds a symbolic link, {member.filename!r:.80}, and links are never followed.")
        if member.flag_bits & 1:
            raise DataError(f"{file} is locked with a password; save it without one.")


def _check_stored(file: OpenedFile, members: list[zipfile.ZipInfo]) -> None:
    """Refuse a .pt file whose members are compressed, as PyTorch writes none, or longer than the file."""
    packed = any(member.compress_type != zipfile.ZIP_STORED for member in members)
    if packed or sum(member.file_size for member in members) > file.length:
        raise DataError(f"{file} is not as torch.save writes it: its members are compressed or overlap.")


def _from_numpy(file: OpenedFile, archive: zipfile.ZipFile) -> FileArray:
    shapes = {}
    for member in archive.infolist():
        if member.filename.endswith(".npy"):
            with archive.open(member) as stream:
                shape, _, dtype = npy_header(file.name, stream)
            if dtype.kind in NUMBERS:
                shapes[member.filename.removesuffix(".npy")] = shape
    key, note = file.choose(shapes, "an archive of numpy")
    member = archive.getinfo(f"{key}.npy")
    file.check(shapes[key])
    with archive.open(member) as stream:
        return FileArray(read_npy(file.name, stream, member.file_size, file.max_entries), note=note)


def _from_torch(file: OpenedFile) -> FileArray:
    file.stream.seek(0)
    try:
        loaded = torch.load(file.stream, map_location="cpu", weights_only=True)
    except Exception as error:
        if "weights_only" in str(error) or "Unsupported" in str(error):
            raise DataError(
                f"{file} holds Python objects besides tensors, and those are never opened; save tensors, or a "
                "dictionary of them, with torch.save."
            ) from None
        raise
    tensors = dict(_tensors(loaded, "", 0))
    key, note = file.choose({name: tensor.shape for name, tensor in tensors.items()}, "a file of PyTorch")
    tensor = tensors[key].detach()
    file.check(tensor.shape, tensor.element_size())
    return FileArray((tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy(), note=note)


def _tensors(value: object, name: str, depth: int) -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        if value.layout == torch.strided and not value.is_quantized and not value.is_meta:
            yield name or "tensor", value
    elif isinstance(value, dict | list | tuple) and depth < DEEPEST:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _tensors(part, f"{name}.{key}" if name else str(key), depth + 1)
