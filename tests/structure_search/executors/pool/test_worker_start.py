"""A process of a pool watches its parent before it imports torch, and ends when that ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import wait_for
from tnlab.structure_search.executors.pool import worker_start

SCRIPT = """
import os, sys, time, torch
from pathlib import Path
from tnlab.structure_search.run import Search

def told(progress):
    hands = run._driver.dispatch.executor._kept._crew._hands
    print(*[hand._process.pid for hand in hands], flush=True)
    time.sleep(1000)  # until it is killed

run = Search(torch.rand((4,) * 6, generator=torch.Generator().manual_seed(0)), target_error=1e-6, engine="tnga",
             executor="pool:2", max_seconds=1e6)
for progress in run:
    told(progress)
"""


def alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended and was not waited for does not."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to see who lives")
def test_processes_end_with_their_parent(tmp_path):
    """Even with one that is killed, started by a script without a guard. No Ctrl-C in its terminal reaches them."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [int(word) for word in parent.stdout.readline().split()]
        assert len(children) == 2
        assert all(map(alive, children))
        assert not {os.getsid(child) for child in children} & {os.getsid(0), os.getsid(parent.pid)}
        parent.kill()
        parent.wait()
    wait_for(lambda: not any(map(alive, children)))


def test_the_script_imports_nothing_heavy():
    code = f"""
import runpy, sys
runpy.run_path({worker_start.__file__!r}, run_name="watched")
print(sorted({{"torch", "numpy", "tnlab"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
