"""Tensor networks: a structure with one array per core, contracted to a tensor, saved to and loaded from a file."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from tnlab.array_like import as_real
from tnlab.errors import ComplexError, DataError, StructureError
from tnlab.free_memory import require_room
from tnlab.network import structure_json
from tnlab.network.contraction import contract, entries_formed
from tnlab.network.powers import held_by
from tnlab.network.structure import Structure
from tnlab.reading import open_file
from tnlab.threads import on_one_thread
from tnlab.writing import check_place, write_file

VERSION = "1"  # of the layout of a saved network
SUFFIXES = (".safetensors",)


@dataclass(frozen=True, eq=False)
class Network:
    """A tensor network: a structure and the entries of its cores.

    Operations on a network return a new one and leave it unchanged. Networks compare by identity, not by their entries.

    Attributes:
        structure: Which core carries which modes, and which cores share which bonds.
        cores: One tensor per core, of shape ``structure.core_shapes[k]``; all of one dtype, float32 or float64, and on
            one device. The constructor takes arrays of any library and real type; cores become float64 if one of them
            needs it.

    Raises:
        ComplexError: A core has complex entries.
        DataError: The cores are on several devices, or one is no array of numbers.
        StructureError: The number of tensors is not the number of cores, or a tensor has another shape than its core.

    Example:
        >>> from tnlab.network.structure import Bond, Core
        >>> pair = Structure((4, 5), (Core((0,)), Core((1,))), (Bond((0, 1), 3),))
        >>> Network.random(pair, generator=torch.Generator().manual_seed(0)).to_tensor().shape
        torch.Size([4, 5])
    """

    structure: Structure
    cores: tuple[Tensor, ...]

    def __post_init__(self) -> None:
        if len(self.cores) != len(self.structure.cores):
            raise StructureError(f"Needed {len(self.structure.cores)} cores, but {len(self.cores)} were given.")
        object.__setattr__(self, "cores", tuple(as_real(core, "A core") for core in self.cores))
        for place, (core, shape) in enumerate(zip(self.cores, self.structure.core_shapes, strict=True)):
            if tuple(core.shape) != shape:
                label = self.structure.core_label(place)
                raise StructureError(f"Core {label} must have shape {shape}, but has {tuple(core.shape)}.")
        self._unify()

    def _unify(self) -> None:
        """Give all cores the type of the widest, float32 at least; refuse cores on several devices."""
        types, devices = {core.dtype for core in self.cores}, {core.device for core in self.cores}
        if len(devices) > 1:
            held = " and ".join(sorted(map(str, devices)))
            raise DataError(f"All cores must be on one device, but are on {held}; core.to(device) moves one.")
        if types not in ({torch.float32}, {torch.float64}):
            dtype = torch.float64 if torch.float64 in types else torch.float32
            object.__setattr__(self, "cores", tuple(core.to(dtype) for core in self.cores))

    @classmethod
    def random(
        cls, structure: Structure, *, generator: torch.Generator, dtype: torch.dtype = torch.float64
    ) -> "Network":
        """Return a network whose core entries are independent normal numbers of mean 0 and one common variance.

        The variance is chosen so that the expected squared Frobenius norm of the represented tensor is 1.

        Args:
            structure: Structure of the network.
            generator: Source of the random numbers.
            dtype: Floating-point type of the cores.
        """
        what = f"A random network of {structure.parameters:.3g} parameters"
        require_room(structure.parameters, torch.empty((), dtype=dtype), what, "Lower some ranks.")
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
        """Return the tensor that the network represents, of shape ``structure.modes``: all bonds contracted.

        Raises:
            StructureError: It does not fit into the free memory, or a step of the contraction does not.
        """
        structure = self.structure
        what = f"The whole tensor of this network, of {structure.order} modes,"
        instead = "entries() returns single entries, select() a part."
        require_room(entries_formed(structure), self.cores[0], what, instead)
        return contract(structure, self.cores)

    def to(self, dtype: torch.dtype | None = None, device: torch.device | str | None = None) -> "Network":
        """Return the network with its cores converted to a dtype, moved to a device, or both.

        Cores that a narrower dtype could not hold first share a power of two with all others.

        Args:
            dtype: Type of the entries, float32 or float64; None keeps it.
            device: Where the cores are stored; None keeps it.

        Raises:
            DataError: Cores cannot be of this dtype.
        """
        first = self.cores[0]
        if dtype is not None and dtype.is_complex:
            raise ComplexError
        if dtype not in (None, torch.float32, torch.float64):
            raise DataError(f"The cores of a network are of float32 or float64, and cannot be of {dtype}.")
        if dtype in (None, first.dtype) and (device is None or torch.device(device) == first.device):
            return self
        cores = held_by(self.cores, dtype or first.dtype)
        return Network(self.structure, tuple(core.to(dtype=dtype, device=device) for core in cores))

    def save(self, path: str | Path) -> None:
        """Write the network to a safetensors file: the cores as arrays, the structure as JSON in the metadata.

        The file is written whole or not at all; a file that it replaces keeps its permissions.

        Args:
            path: A name that ends in .safetensors, or has no suffix.

        Raises:
            DataError: The name has another suffix, or the file cannot be written.
        """
        check_place(path, suffixes=SUFFIXES)
        arrays = {f"core.{place}": core.detach().cpu().contiguous().clone() for place, core in enumerate(self.cores)}
        metadata = {"tnlab": VERSION, "structure": structure_json.dumps(self.structure)}
        write_file(path, save(arrays, metadata), suffixes=SUFFIXES)

    @classmethod
    def load(cls, path: str | Path) -> "Network":
        """Return the network read from a file that ``save`` wrote; the cores lie on the CPU.

        Raises:
            FileNotFoundError: There is no such file.
            DataError: The file is not a safetensors file, is damaged, or holds no network of this version of tnlab.
            StructureError: The structure in the file breaks a rule, or a core has another shape than it says.
        """
        if not Path(path).is_file():
            raise FileNotFoundError(f"There is no file {str(path)!r}.")
        open_file(path).close()  # a file of /proc may have no end
        try:
            with safe_open(str(path), framework="pt") as file:
                structure = _structure(file.metadata() or {}, str(path))
                cores = tuple(file.get_tensor(f"core.{place}") for place in range(len(structure.cores)))
        except (
            SafetensorError,
            RuntimeError,
            OSError,
        ) as error:  # torch: a size that overflows
            raise DataError(f"{str(path)!r} cannot be read as a network: {str(error).rstrip('.')}.") from None
        return cls(structure, cores)


def _structure(metadata: dict[str, str], path: str) -> Structure:
    """Return the structure in the metadata of a saved network, after a check of its version."""
    if "structure" not in metadata:
        raise DataError(f"{path!r} is a safetensors file, but holds no tnlab network.")
    if metadata.get("tnlab") != VERSION:
        raise DataError(
            f"{path!r} holds a network of version {metadata.get('tnlab', 'unknown')!s:.20}, but this tnlab reads "
            f"version {VERSION}; a newer tnlab may read it: pip install --upgrade tnlab."
        )
    return structure_json.loads(metadata["structure"])
