"""What tests of several figures share: two tensors, the cut spectra of one, and a comparison of engines."""

import pytest
import torch

from tests.figures.samples import EVIL, FOUR, MODES, network, seeded
from tnlab import CutSpectra
from tnlab.structure_search.comparison.entrants import Entrant
from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Case, Plan
from tnlab.structure_search.comparison.tensors import Origin


@pytest.fixture(scope="session")
def noisy():
    """A CP tensor of rank 3 and norm 1 with noise of norm 0.05."""
    clean = network("cp", 3).to_tensor().double()
    noise = torch.randn(MODES, generator=seeded(9), dtype=torch.float64)
    return clean / clean.norm() + 0.05 * noise / noise.norm()


@pytest.fixture(scope="session")
def random_tensor():
    """Independent normal entries over four modes."""
    return torch.randn(FOUR, generator=seeded(), dtype=torch.float64)


@pytest.fixture(scope="session")
def spectra(random_tensor):
    """The cut spectra of ``random_tensor``."""
    return CutSpectra(random_tensor)


@pytest.fixture
def plan(tmp_path):
    """Three engines on three cases with two seeds, and names that look like markup."""
    origin = Origin(f"data {EVIL}", name="camera")
    limits = "ring", None, (4,) * 4
    cases = tuple(Case(f"{origin.label}, error {e}", origin, e, *limits, f"{e}", 70) for e in (0.1, 0.2, 0.3))
    evil = Entrant(f"engine {EVIL}", "tnls", (("samples", 8),))
    entrants = (evil, Entrant("other", "random"), Entrant("none", "rgtn"))
    text = f"# {EVIL} </pre>\nseeds = 2\n"
    return Plan(f"Title {EVIL}", entrants, cases, (0, 1), 100, 5.0, "inline", tmp_path, text)


@pytest.fixture
def outcomes(plan):
    """What every run of the plan came to: an engine that finds, one that may miss, and one that fails."""
    good = Outcome("", "ring", ((2, 0.5, 90), (4, 1.0, 60)), 0.01, 9, 20, 2.0, 50, "x")
    fair = Outcome("", "ring", ((3, 0.25, 80),), 0.09, 5, 20, 1.0, 40, "x")
    missed = Outcome("", "ring", (), 0.5, 7, 20, 3.0, 0, "x")
    by_name = {"tnls": (good, fair), "random": (missed, good), "rgtn": (Outcome(f"It {EVIL} fails."),) * 2}
    return {run: by_name[run.entrant.name][run.seed] for run in plan.runs}
