"""A network: a structure with numbers in its cores. Saved as safetensors, never pickled."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from tnlab.errors import DataError, StructureError
from tnlab.network import structure_json
from tnlab.network.contraction import contract
from tnlab.network.structure import Structure
from tnlab.threads import on_one_thread


@dataclass(frozen=True, eq=False)
class Network:
    """A structure and its cores.

    Attributes:
        structure: What is joined to what.
        cores: One tensor per core, of the shapes ``structure.core_shapes``, one dtype, one device.

    Raises:
        StructureError: A core is missing or has another shape.
    """

    structure: Structure
    cores: tuple[Tensor, ...]

    def __post_init__(self) -> None:
        if len(self.cores) != len(self.structure.cores):
            raise StructureError(f"Needed {len(self.structure.cores)} cores, but {len(self.cores)} were given.")
        for place, (core, shape) in enumerate(zip(self.cores, self.structure.core_shapes, strict=True)):
            if tuple(core.shape) != shape:
                label = self.structure.core_label(place)
                raise StructureError(f"Core {label} must have shape {shape}, but has {tuple(core.shape)}.")

    @classmethod
    def random(
        cls, structure: Structure, *, generator: torch.Generator, dtype: torch.dtype = torch.float64
    ) -> "Network":
        """Return normally distributed cores, scaled so that the tensor has norm 1 in expectation."""
        logs = sum(map(math.log, structure.index_sizes))  # their product may exceed the largest float
        spread = math.exp(-0.5 * logs / len(structure.cores))
        cores = (torch.randn(shape, generator=generator, dtype=dtype) * spread for shape in structure.core_shapes)
        return cls(structure, tuple(cores))

    @property
    def parameters(self) -> int:
        """Number of entries of all cores together."""
        return self.structure.parameters

    @on_one_thread(lambda self: max(self.parameters, math.prod(self.structure.modes)))
    def to_tensor(self) -> Tensor:
        """Return the tensor the network stands for, of shape ``structure.modes``."""
        return contract(self.structure, self.cores)

    def to(self, dtype: torch.dtype | None = None, device: torch.device | str | None = None) -> "Network":
        """Return the network with its cores moved to a dtype, a device or both."""
        return Network(self.structure, tuple(core.to(dtype=dtype, device=device) for core in self.cores))

    def save(self, path: str | Path) -> None:
        """Write the cores as safetensors, the structure as JSON in its metadata."""
        arrays = {f"core.{place}": core.detach().cpu().contiguous().clone() for place, core in enumerate(self.cores)}
        save_file(arrays, str(path), metadata={"tnlab": "1", "structure": structure_json.dumps(self.structure)})

    @classmethod
    def load(cls, path: str | Path) -> "Network":
        """Read a network that ``save`` wrote.

        Raises:
            FileNotFoundError: There is no such file.
            DataError: The file is not safetensors, or not of a network.
            StructureError: Its structure breaks a rule.
        """
        if not Path(path).is_file():
            raise FileNotFoundError(f"There is no file {str(path)!r}.")
        try:
            with safe_open(str(path), framework="pt") as file:
                metadata = file.metadata() or {}
                if "structure" not in metadata:
                    raise DataError(f"{str(path)!r} is a safetensors file, but holds no tnlab network.")
                structure = structure_json.loads(metadata["structure"])
                cores = tuple(file.get_tensor(f"core.{place}") for place in range(len(structure.cores)))
        except SafetensorError as error:
            raise DataError(f"{str(path)!r} cannot be read as a network: {error}.") from None
        return cls(structure, cores)
