"""A hypothesis strategy of random structures: connected networks small enough to contract densely."""

from hypothesis import strategies as st

from tnlab.network.structure import Bond, Core, Structure


@st.composite
def structures(
    draw: st.DrawFn,
    *,
    min_order: int = 1,
    max_order: int = 4,
    min_cores: int = 1,
    max_cores: int = 5,
    max_size: int = 4,
    max_rank: int = 3,
    max_extra_bonds: int = 2,
    latent: bool = True,
    hyper: bool = True,
) -> Structure:
    """Draw a connected structure with loops, parallel bonds, hyper-bonds and latent cores.

    A core may carry several modes, in any order. The smallest example is one core with one mode of size 1.

    Args:
        draw: Given by hypothesis.
        min_order: Least number of modes.
        max_order: Largest number of modes.
        min_cores: Least number of cores; raise ``min_order`` with it where ``latent`` is off.
        max_cores: Largest number of cores.
        max_size: Largest mode size.
        max_rank: Largest rank.
        max_extra_bonds: Most bonds beyond those that connect the cores.
        latent: Whether cores may be without a mode.
        hyper: Whether bonds may join more than two cores.
    """
    modes = tuple(draw(st.lists(st.integers(1, max_size), min_size=min_order, max_size=max_order)))
    most = max_cores if latent else min(max_cores, len(modes))
    count = draw(st.integers(min_cores, most))
    joins = _spanning_joins(draw, count, hyper)
    if count > 1:
        widest = count if hyper else 2
        extra = st.sets(st.integers(0, count - 1), min_size=2, max_size=widest)
        joins += draw(st.lists(extra, max_size=max_extra_bonds))
    joins = draw(st.permutations(joins))
    bonds = tuple(Bond(tuple(sorted(join)), draw(st.integers(1, max_rank))) for join in joins)
    return Structure(modes, _cores(draw, len(modes), count, latent), bonds)


def _spanning_joins(draw: st.DrawFn, count: int, hyper: bool) -> list[set[int]]:
    """Return bonds that connect the cores: every core gets a new bond to an earlier core or joins an earlier bond."""
    joins: list[set[int]] = []
    for core in range(1, count):
        if hyper and joins and draw(st.booleans()):
            draw(st.sampled_from(joins)).add(core)
        else:
            joins.append({draw(st.integers(0, core - 1)), core})
    return joins


def _cores(draw: st.DrawFn, order: int, count: int, latent: bool) -> tuple[Core, ...]:
    """Return the cores with the modes dealt to them in random order; without latent cores every core gets one first."""
    legs: list[list[int]] = [[] for _ in range(count)]
    for turn, mode in enumerate(draw(st.permutations(range(order)))):
        core = turn if not latent and turn < count else draw(st.integers(0, count - 1))
        legs[core].append(mode)
    return tuple(Core(tuple(own)) for own in legs)
