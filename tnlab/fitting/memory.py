"""How much memory a fit will take, known before anything is allocated, and whether there is as much."""

import math
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from tnlab.errors import StructureError
from tnlab.fitting.svd_start import LARGE, start_entries
from tnlab.fitting.sweep.pairwise import Side
from tnlab.fitting.sweep.steps import Alias, Environment, Multiply, Step, SweepPlan, Update
from tnlab.network.residual import SLAB
from tnlab.network.structure import Structure

DOUBLE = 8  # bytes
SPARE = 128 * 2**20  # bytes: what libraries take besides
LIMIT = "TNLAB_MEMORY"
"""Environment variable that says how much memory a fit may take, e.g. ``8G``, instead of what is free."""


@dataclass(frozen=True)
class Memory:
    """Bytes that a fit takes at the same time, in parts.

    Attributes:
        tensor: The data itself, which is there already.
        start: To compute the first cores, besides the data.
        layout: A copy of the data with its modes in the order of the sweep; 0 if they are in that order.
        sweep: Everything else that a sweep keeps or forms.
        residual: To measure an error against the data.
    """

    tensor: int
    start: int
    layout: int
    sweep: int
    residual: int

    @property
    def extra(self) -> int:
        """The most at any time, besides the data."""
        return max(self.start, self.layout + self.sweep, self.layout + self.residual)

    @property
    def peak(self) -> int:
        """The most at any time, with the data."""
        return self.tensor + self.extra


def predicted_memory(plan: SweepPlan, dtype: torch.dtype, *, svd: bool = True, contiguous: bool = True) -> Memory:
    """Return what a fit by alternating least squares will take.

    Args:
        plan: The sweep, from ``plan_sweep(structure)``.
        dtype: Of the tensor.
        svd: Whether the start comes from the tensor's singular vectors.
        contiguous: Whether the tensor's entries lie in the order of its modes.
    """
    structure, item = plan.structure, dtype.itemsize
    in_order = contiguous and plan.mode_order == tuple(range(structure.order))
    precise = DOUBLE if structure.size <= LARGE else item
    return Memory(
        tensor=structure.size * item,
        start=(start_entries(structure) + structure.size * (precise != item)) * precise if svd else 0,
        layout=0 if in_order else structure.size * item,
        sweep=_sweep_bytes(plan, item) + 4 * structure.parameters * DOUBLE,
        residual=4 * min(structure.size, SLAB) * DOUBLE,
    )


def require_memory(plan: SweepPlan, tensor: Tensor, *, svd: bool = True, besides: int = 0) -> None:
    """Do nothing if a fit fits in memory.

    Args:
        plan: The sweep, or the pass that reads the gradient.
        tensor: The data.
        svd: Whether the start comes from the tensor's singular vectors.
        besides: Bytes that the solver holds during a sweep on top of those of the plan.

    Raises:
        StructureError: It does not; the message has the number, what is free, and a way out.
    """
    needed = predicted_memory(plan, tensor.dtype, svd=svd, contiguous=tensor.is_contiguous())
    needed = replace(needed, sweep=needed.sweep + besides)
    smaller = svd and not (needed.extra == needed.sweep + needed.layout and needed.sweep > needed.layout)
    require_bytes(needed.extra, tensor, *(["init='random'"] if smaller else []))


def require_bytes(extra: int, data: Tensor, *ways: str) -> None:
    """Do nothing if that many bytes are free besides the data.

    Args:
        extra: Bytes needed, the data not counted.
        data: The tensor, or its known entries; there already.
        ways: What else than lower ranks or half the precision would need less.

    Raises:
        StructureError: They are not; the message has the number, what is free, and a way out.
    """
    free = free_memory(data.device)
    if extra + SPARE <= free:
        return
    listed = ["Lower some ranks", *(["use X.float()"] if data.dtype == torch.float64 else []), *ways]
    raise StructureError(
        f"This fit needs {shown(extra)} besides the tensor's own {shown(data.numel() * data.element_size())}, "
        f"but {shown(free)} are free. {', or '.join(listed)}, or say in {LIMIT} how much it may take (e.g. 8G)."
    )


def free_memory(device: torch.device | str = "cpu") -> int:
    """Return how many bytes may be taken: what ``TNLAB_MEMORY`` says, else what is free on the device.

    Raises:
        StructureError: The variable does not hold a size.
    """
    if told := os.environ.get(LIMIT):
        return _size_of(told)
    device = torch.device(device)
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return min(_free_in_machine(), _free_in_group())


def shown(size: float) -> str:
    """Return bytes as a person reads them."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB" if size < 1e4 else f"{size:.0e} TiB"


def _size_of(text: str) -> int:
    found = re.fullmatch(r"\s*(\d+(?:\.\d*)?)\s*([KMGT]?)(?:i?B)?\s*", text, re.IGNORECASE)
    if found is None:
        raise StructureError(f"{LIMIT} must be a size such as 8G or 500M, but is {text!r}.")
    return int(float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " "))


def _free_in_machine() -> int:
    try:
        fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines() if ":" in line)
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 2**62  # the machine does not say


def _free_in_group(root: Path = Path("/sys/fs/cgroup")) -> int:
    """Return what a container's limit leaves; files that its caches hold count as free."""
    for limit, used, cache in (
        ("memory.max", "memory.current", "memory.stat"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
    ):
        try:
            most, taken = int((root / limit).read_text()), int((root / used).read_text())
            inactive = re.search(r"^(?:total_)?inactive_file (\d+)$", (root / cache).read_text(), re.MULTILINE)
            return max(0, most - taken + (int(inactive[1]) if inactive else 0))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return 2**62


def _sweep_bytes(plan: SweepPlan, item: int) -> int:
    """Return the most bytes of registers and temporary arrays at any step, besides the tensor."""
    held: dict[int, int] = {0: 0}
    for core, shape in enumerate(plan.structure.core_shapes):
        held[1 + core] = math.prod(shape) * DOUBLE
    most = 0
    for step in (*plan.prepare, *plan.steps):
        most = max(most, sum(held.values()) + _step_bytes(step, plan.structure, held, item))
        if isinstance(step, Multiply):
            held[step.out] = step.size * DOUBLE
        elif isinstance(step, Alias):
            held[step.out] = held[step.source]
    return max(most, sum(held.values()))


def _step_bytes(step: Step, structure: Structure, held: dict[int, int], item: int) -> int:
    """Return the bytes that a step forms, with copies of what it has to turn round."""
    if isinstance(step, Multiply):
        first = structure.size * item if step.left == 0 else held[step.left]
        result = step.size * (DOUBLE + (item if step.mixed and item != DOUBLE else 0))
        return _copy(step.pair.left, first) + _copy(step.pair.right, held[step.right]) + result
    if isinstance(step, Update):
        return 6 * step.size * DOUBLE
    if isinstance(step, Environment):
        turned = structure.size * item if step.tensor_axes is not None else 0
        return 3 * step.size * DOUBLE + turned
    return 0 if isinstance(step, Alias) else step.size * DOUBLE


def _copy(side: Side, size: int) -> int:
    return size if side.axes is not None else 0
