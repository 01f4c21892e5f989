"""A search comes to the same bits with any number of threads in the environment, inline, in a pool and on dask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[2]
SCRIPT = """
import hashlib
import torch
from tnlab.structure_search.run import Search

def main():
    X = torch.randn((16,) * 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for executor in ("inline", "pool:1", "dask:1"):
        bits = hashlib.sha256()
        run = Search(X, 0.9, engine="tnls", max_evaluations=3, max_seconds=1e6, evaluator={"max_sweeps": 5},
                     executor=executor)
        for progress in run:
            bits.update(repr(progress.evaluation.relative_error).encode())
            for core in progress.incumbent.network.cores:
                bits.update(core.numpy().tobytes())
        print(bits.hexdigest(), progress.counts.fitted, flush=True)

if __name__ == "__main__":
    main()
"""


@pytest.mark.slow
@pytest.mark.timeout(400)  # fifteen imports of torch, on whatever cores there are
def test_the_number_of_threads_is_not_seen_in_the_floats(tmp_path):
    script = tmp_path / "search.py"
    script.write_text(SCRIPT)
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    plain["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    runs = [
        subprocess.Popen([sys.executable, script], env=plain | threads, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        for threads in ({}, {"OMP_NUM_THREADS": "1"}, {"OMP_NUM_THREADS": "2"})
    ]
    lines = [line for run in runs for line in run.communicate()[0].splitlines()]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len(lines) == 9
    assert len(set(lines)) == 1
    assert lines[0].endswith(" 3")
