"""The ring that TnALE's authors publish as a toy problem, and stand-ins for a driver that tests of engines share."""

from pathlib import Path

import numpy as np
import torch

from tnlab.network.rank_matrix import from_ranks
from tnlab.structure_search.engines.base import AbstractEngine
from tnlab.structure_search.evaluation import Evaluation, Fate
from tnlab.structure_search.objective import FewestParameters
from tnlab.structure_search.problem import Problem
from tnlab.structure_search.run import SearchResult, search

TOY = torch.from_numpy(np.load(Path(__file__).parents[3] / "benchmarks" / "data" / "tnale_ring_toy.npy"))
TRUTH = from_ranks((3,) * 6, {(0, 3): 3, (0, 5): 2, (1, 2): 2, (1, 4): 2, (2, 3): 4, (4, 5): 3})  # 126 parameters
ENDLESS = 1e6  # seconds: searches end by their evaluations


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def problem(family: str = "ring", max_rank: int = 7) -> Problem:
    return Problem(tensor=TOY, objective=FewestParameters(1e-4), family=family, max_rank=max_rank)


def answers(engine: AbstractEngine, state: object, error: float = 0.5) -> list[Evaluation]:
    """Return what a driver would tell if every structure had the same error."""
    asked = list(engine.ask(state, generator()))
    parameters = [proposal.structure.parameters for proposal in asked]
    return [
        Evaluation(
            structure=proposal.structure,
            relative_error=error,
            score=problem().score(size, error),
            network=None,
            fate=Fate.FITTED,
            move="",
            number=1,
            sweeps=0,
            seconds=0.0,
        )
        for proposal, size in zip(asked, parameters, strict=True)
    ]


def searched(engine: str, seed: int) -> SearchResult:
    """Return the result of a search of the toy's rings."""
    return search(TOY, target_error=1e-4, engine=engine, family="ring", max_rank=7, max_seconds=ENDLESS, seed=seed)
