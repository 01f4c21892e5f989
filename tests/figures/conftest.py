"""What tests of several figures share: two tensors, the cut spectra of one, and a comparison of engines."""

from dataclasses import replace

import pytest
import torch

from tests.figures.samples import EVIL, FOUR, MODES, network, seeded
from tnlab import CutSpectra
from tnlab.structure_search.comparison.entrants import Entrant
from tnlab.structure_search.comparison.outcomes import Outcome
from tnlab.structure_search.comparison.plan import Case, Plan
from tnlab.structure_search.comparison.tensors import Origin
from tnlab.structure_search.settings import Budget


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
    cases = tuple(
        Case(
            label=f"{origin.label}, error {error}",
            origin=origin,
            target_error=error,
            family="ring",
            max_rank=None,
            modes=(4,) * 4,
            digest=f"{error}",
            planted=70,
        )
        for error in (0.1, 0.2, 0.3)
    )
    evil = Entrant(f"engine {EVIL}", "tnls", (("samples", 8),))
    entrants = (evil, Entrant("other", "random"), Entrant("none", "rgtn"))
    text = f"# {EVIL} </pre>\nseeds = 2\n"
    return Plan(
        title=f"Title {EVIL}",
        entrants=entrants,
        cases=cases,
        seeds=(0, 1),
        budget=Budget(100, 5.0),
        executor="inline",
        output=tmp_path,
        text=text,
    )


@pytest.fixture
def outcomes(plan):
    """What every run of the plan came to: an engine that finds, one that may miss, and one that fails."""
    good = Outcome(
        failure="",
        family="ring",
        steps=((2, 0.5, 90), (4, 1.0, 60)),
        relative_error=0.01,
        evaluations=9,
        proposed=20,
        seconds=2.0,
        bound=50,
        status="x",
    )
    fair = replace(good, steps=((3, 0.25, 80),), relative_error=0.09, evaluations=5, seconds=1.0, bound=40)
    missed = replace(good, steps=(), relative_error=0.5, evaluations=7, seconds=3.0, bound=0)
    by_name = {"tnls": (good, fair), "random": (missed, good), "rgtn": (Outcome(f"It {EVIL} fails."),) * 2}
    return {run: by_name[run.entrant.name][run.seed] for run in plan.runs}
