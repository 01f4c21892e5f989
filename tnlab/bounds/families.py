"""The families of structures that bounds hold for and searches are made in."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from tnlab.bounds import general_family, graph_family, ring_family, tree_family
from tnlab.bounds.cut_problem import CutProblem, Found, PairRanks
from tnlab.network.structure import Structure

MAX_ORDER = 16  # modes: arrays of a bound have an entry per set of modes, 2^order in all


@dataclass(frozen=True)
class Family:
    """A family of structures, with the functions that find those whose cut ranks suffice.

    Attributes:
        kind: Its structures in a word or two, for a label: a bound holds for "simple graphs".
        contents: What is in it, for a menu.
        words: Description of its structures, as the subject of a sentence.
        solve: Computes the fewest parameters from the cuts, a deadline and a start.
        ascending: Yields from the cuts, until a deadline, the ranks of simple graphs that satisfy every cut, by
            ascending parameters.
        degree: Largest number of bonds above rank 1 at a core.
        loops: Whether it contains all graphs of that degree, so that a greedy search of graphs may give its start.
        latent: Whether it contains networks with latent cores, hyper-bonds and cores with several modes.
    """

    kind: str
    contents: str
    words: str
    solve: Callable[[CutProblem, float, PairRanks | None], Found]
    ascending: Callable[[CutProblem, float], Iterator[PairRanks]]
    degree: int = MAX_ORDER
    loops: bool = False
    latent: bool = False


_all_graphs = partial(graph_family.ascending_graphs, degree=MAX_ORDER)

FAMILIES = {
    "ring": Family(
        kind="rings and trains",
        contents="one core per mode on a ring, in any order of the modes (trains are rings with a bond of rank 1)",
        words="rings over the modes in any order (trains among them)",
        solve=ring_family.solve,
        ascending=ring_family.ascending_rings,
        degree=2,
    ),
    "tree": Family(
        kind="trees",
        contents="one core per mode, no loops",
        words="trees",
        solve=tree_family.solve,
        ascending=tree_family.ascending_trees,
    ),
    "degree3": Family(
        kind="graphs of degree 3",
        contents="one core per mode, at most three bonds above rank 1 at each",
        words="graphs with at most three bonds above rank 1 per core",
        solve=partial(graph_family.solve, degree=3),
        ascending=partial(graph_family.ascending_graphs, degree=3),
        degree=3,
        loops=True,
    ),
    "any": Family(
        kind="simple graphs",
        contents="one core per mode, any graph",
        words="all simple graphs",
        solve=partial(graph_family.solve, degree=MAX_ORDER),
        ascending=_all_graphs,
        loops=True,
    ),
    "latent": Family(
        kind="all networks",
        contents="any network: latent cores, cores with several modes, hyper-bonds",
        words="all networks, latent cores, hyper-bonds and cores with several modes included",
        solve=general_family.solve,
        ascending=_all_graphs,
        loops=True,
        latent=True,
    ),
}


def family_of(structures: Iterable[Structure]) -> str:
    """Return ``"any"`` if all structures are graphs with one core per mode and no hyper-bond, else ``"latent"``.

    The bound of that family holds for each of them. Parallel bonds count as one, whose rank is their product.
    """
    simple = (
        not structure.has_hyper_bonds and all(len(core.legs) == 1 for core in structure.cores)
        for structure in structures
    )
    return "any" if all(simple) else "latent"


def kinds_of(families: Iterable[str]) -> str:
    """Return the families that a bound holds for as words, e.g. ``"rings and trains; trees"``; of each once."""
    return "; ".join(FAMILIES[family].kind for family in dict.fromkeys(families))
