"""The memory that is free on this machine or device, and a refusal of arrays that would not fit."""

import os
import re
from pathlib import Path

import torch

from tnlab.errors import StructureError

SPARE = 128 * 2**20  # bytes kept free for buffers of BLAS, LAPACK and the interpreter, which no prediction counts
LIMIT = "TNLAB_MEMORY"
"""Environment variable that says how much memory a fit or a tensor may take, e.g. ``8G``, instead of what is free."""
SMALL = 2**26  # bytes, 64 MiB, that are taken without a look at what is free


def require_room(entries: int, like: torch.Tensor, what: str, instead: str) -> None:
    """Raise an error unless there is memory for an array.

    Args:
        entries: Number of its entries.
        like: A tensor of its dtype, on its device.
        what: Subject of the message: "The tensor of this network, of shape (2, 2)".
        instead: A sentence on what to do.

    Raises:
        StructureError: It does not fit; the message says the bytes needed, the bytes free, and what to do.
    """
    needed = entries * like.element_size()
    if needed <= SMALL:
        return
    free = free_memory(like.device)
    if needed + SPARE > free:
        raise StructureError(f"{what} needs {readable_bytes(needed)}, but {readable_bytes(free)} are free. {instead}")


def free_memory(device: torch.device | str = "cpu") -> int:
    """Return the bytes that a fit may take: the value of ``TNLAB_MEMORY`` if it is set, else those free on the device.

    Raises:
        StructureError: ``TNLAB_MEMORY`` does not hold a size.
    """
    if told := os.environ.get(LIMIT):
        return _size_of(told)
    device = torch.device(device)
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return min(_free_in_machine(), _free_in_group())


def readable_bytes(size: float) -> str:
    """Return a number of bytes as text with a unit, such as ``1.5 GiB``."""
    if size > 2.0**1000:
        return f"2**{int(size).bit_length() - 1} bytes"
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
        return 2**62  # unknown: no limit


def _free_in_group(root: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the bytes left below the memory limit of the control group (container); cached files count as free."""
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
