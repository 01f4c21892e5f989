"""Helpers of all benchmarks: one thread, timing in turns, a description of the machine, tables written into the docs.

Import it before numpy or torch: the number of threads is fixed when they are loaded.

    from _common import Stopwatch, interleaved, machine, table, write_between
"""

import os

for _library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
os.environ.setdefault("QUIMB_NUM_PROCS", "1")
os.environ.setdefault("COTENGRA_NUM_WORKERS", "1")

import gc  # noqa: E402
import platform  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterable, Mapping, Sequence  # noqa: E402
from datetime import UTC, datetime  # noqa: E402
from importlib import metadata  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
DOCS = Path(__file__).resolve().parent.parent / "docs"


class Stopwatch:
    """CPU seconds of this process since the clock was made, without those spent inside ``paused``."""

    def __init__(self) -> None:
        self._start = time.process_time()

    @property
    def seconds(self) -> float:
        return time.process_time() - self._start

    def paused(self, call: Callable[[], object]) -> object:
        before = time.process_time()
        answer = call()
        self._start += time.process_time() - before
        return answer


def cpu_seconds(call: Callable[[], object]) -> float:
    """Return the CPU seconds of one call, which other processes on the machine disturb less than wall time."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def interleaved(
    calls: Mapping[str, Callable[[], object]], repeats: int = 5, most: float = 20.0
) -> dict[str, list[float]]:
    """Time several calls in turns, A B C A B C ..., so that a change of the machine's speed affects all of them.

    Args:
        calls: What to time; the caller has warmed each of them up.
        repeats: Rounds.
        most: CPU seconds after which a call is left out of further rounds; each is timed at least twice.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            if len(times[name]) < 2 or sum(times[name]) < most:
                gc.collect()
                times[name].append(cpu_seconds(call))
    return times


def gemm_rate(dtype: type = np.float64, side: int = 1024) -> float:
    """Return floating-point operations per second of a square matrix product, the best of several."""
    matrix = np.random.default_rng(0).standard_normal((side, side)).astype(dtype)
    return 2.0 * side**3 / min(cpu_seconds(lambda: matrix @ matrix) for _ in range(6))


def copy_rate(mebibytes: int = 256) -> float:
    """Return bytes per second, read and written, of a copy far larger than the caches; the best of several."""
    source = np.ones(mebibytes * 2**17)
    target = np.empty_like(source)
    np.copyto(target, source)
    return 2.0 * source.nbytes / min(cpu_seconds(lambda: np.copyto(target, source)) for _ in range(5))


def machine(packages: Iterable[str] = ("numpy", "torch")) -> str:
    """Return sentences with the processor, memory, threads and package versions of this machine, the day and commit."""
    versions = ", ".join(f"{name} {version(name) or '(not installed)'}" for name in packages)
    threads = os.environ["OMP_NUM_THREADS"]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory():.0f} GiB, {threads} thread{'s' * (threads != '1')}; "
        f"{platform.system()}, Python {platform.python_version()}; {versions}. {measured()}"
    )


def measured() -> str:
    """Return a sentence with the day, and the commit that changed the library last."""
    command = ("git", "-C", str(DOCS.parent), "log", "-1", "--format=%h", "--", "tnlab")
    commit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "no commit"
    return f"Measured {datetime.now(UTC):%Y-%m-%d}, tnlab of commit {commit}."


def version(package: str) -> str | None:
    """Return the version of an installed package, None if there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def load() -> float:
    """Return the load average of the last minute: processes that run or are ready to (0 where the system has none)."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; floats with three digits, None as a dash."""
    lines = [header, ["---"] * len(header), *([shown(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(value: object) -> str:
    """Return the text of a value in a table's cell."""
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    return "-" if np.isnan(value) else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def median(values: Sequence[float]) -> float | None:
    """Return the median, or None of an empty list."""
    return statistics.median(values) if values else None


def write_between(path: Path, name: str, text: str) -> None:
    """Put text between the markers ``<!-- begin name -->`` and ``<!-- end name -->`` of a file; add them at its end.

    Raises:
        ValueError: One marker is there without the other.
    """
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    if (begin in old) != (end in old):
        raise ValueError(f"{path} has only one of the markers {begin} and {end}.")
    if begin not in old:
        old = f"{old.rstrip()}\n\n{begin}\n{end}\n".lstrip()
    before, rest = old.split(begin, 1)
    after = rest.split(end, 1)[1]
    path.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")


def say(*words: object, sep: str = " ") -> None:
    """Print without buffering, so that a redirected output is complete at any time."""
    print(*words, sep=sep, flush=True)
    sys.stdout.flush()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    if "model name" not in fields:
        return platform.processor() or platform.machine()
    family, model = fields.get("cpu family", "?"), fields.get("model", "?")
    return f"{fields['model name']} (family {family}, model {model}, {float(fields.get('cpu MHz', 0)):.0f} MHz)"


def _memory() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return float("nan")
