"""What every test shares: float64, one thread, the same order of everything."""

import os
import signal

import hypothesis
import pytest
import torch

# The tensors are tiny: threads only add noise to timings. float64: oracles agree to the last digits.
torch.set_num_threads(1)
# A shell ignores Ctrl-C for what it runs in the background, and nohup a lost terminal; processes inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.environ.setdefault("TNLAB_CACHE", "off")  # no test reads what another has left on disk

hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def float64():
    """Make float64 the default of torch for the test, and put the old default back."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.fixture
def generator() -> torch.Generator:
    """A fresh generator with the same seed in every test."""
    return torch.Generator().manual_seed(0)
