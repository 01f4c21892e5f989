"""Write the results of a comparison: all runs and summary rows as JSON, the summary rows alone as CSV."""

import csv
import io
import json
import math
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Plan, Run
from tnlab.structure_search.comparison.summary import Row, summarised
from tnlab.writing import write_file

VERSION = 1  # of the JSON file
PACKAGES = ("tnlab", "torch", "numpy", "scipy", "plotly")


def circumstances() -> dict[str, str]:
    """Return date, package versions, operating system and processor as text; no user or host name."""
    found = {"date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), "python": sys.version.split()[0]}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    found["system"] = platform.platform()
    found["processor"] = f"{_processor()}, {os.cpu_count()} cores"
    return found


def write_results(plan: Plan, outcomes: Mapping[Run, Outcome], made_with: Mapping[str, str]) -> tuple[Path, Path]:
    """Write ``results.json`` and ``results.csv`` into the output folder, and return their paths.

    Infinite numbers (target not reached, nothing proved) become null in JSON and empty cells in CSV.

    Raises:
        DataError: A file cannot be written.
    """
    rows = summarised(plan, outcomes)
    record = {
        "tnlab_comparison": VERSION,
        "title": plan.title,
        "made_with": dict(made_with),
        **asdict(plan.budget),
        "executor": plan.executor,
        "seeds": list(plan.seeds),
        "rows": [_flat(row) for row in rows],
        "runs": [_run(run, outcome) for run, outcome in outcomes.items()],
        "toml": plan.text,
    }
    text = io.StringIO(newline="")
    flat = [_flat(row) for row in rows]
    writer = csv.DictWriter(text, list(flat[0]) if flat else ["data"])
    writer.writeheader()
    writer.writerows(flat)
    as_json, as_csv = plan.output / "results.json", plan.output / "results.csv"
    write_file(as_json, f"{json.dumps(record, indent=1, allow_nan=False)}\n".encode())
    write_file(as_csv, text.getvalue().encode())
    return as_json, as_csv


def _flat(row: Row) -> dict[str, Any]:
    """Return a summary row as one flat record, with a column per quantile."""
    record: dict[str, Any] = {
        "data": row.case.origin.label,
        "target_error": row.case.target_error,
        "engine": row.entrant.label,
        "family": row.family,
        "runs": row.runs,
        "failed": row.failed,
        "reached": row.reached,
        "success": row.success,
        "bound": row.bound or None,
        "least": _finite(row.least),
        "gap": _finite(row.gap),
        "relative_error": _finite(row.relative_error),
        "evaluations": _finite(row.evaluations),
        "seconds": _finite(row.seconds),
    }
    for name in ("parameters", "evaluations_to_best", "seconds_to_best", "evaluations_to_reach", "seconds_to_reach"):
        record |= {f"{name}_{level}": _finite(value) for level, value in asdict(getattr(row, name)).items()}
    return record | {"failures": " ".join(row.failures)}


def _run(run: Run, outcome: Outcome) -> dict[str, Any]:
    """Return a run and its outcome as one record."""
    record = {key: _finite(value) if isinstance(value, float) else value for key, value in asdict(outcome).items()}
    said = {"data": run.case.origin.label, "target_error": run.case.target_error, "engine": run.entrant.label}
    return said | {"seed": run.seed, "study": f"runs/{run.name}.study"} | record


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
