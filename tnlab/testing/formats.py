"""The contract suite of named formats: tests that every registered format must pass.

Example:
    ``class TestMine(FormatContract): format = "mine"`` is the whole test file, once your module is imported.
"""

import math
import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from tnlab.errors import FormatError, StructureError
from tnlab.formats import AbstractFormat, formats
from tnlab.network import structure_json
from tnlab.network.structure import Structure

SIZES = (2, 3, 2, 4, 3, 2, 2, 3, 2)  # mode sizes; a structure of order d takes the first d
ROOM = 60.0
"""Least distance between two cores of a drawing, in diagram units."""


class FormatContract:
    """Contract tests of one format, given by its registered name."""

    format: str
    max_order: int = 9

    @property
    def part(self) -> AbstractFormat:
        """The registered format."""
        return formats[self.format]

    @property
    def orders(self) -> range:
        """The orders tried: from the least to ``max_order``, even ones only for a paired format."""
        return range(self.part.min_order, self.max_order + 1, 2 if self.part.paired else 1)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Mode sizes for one structure of the format: five, or six for a paired format."""
        return SIZES[: 6 if self.part.paired else 5]

    def build_all(self, rank: int = 2) -> list[Structure]:
        """Return a structure of every order tried, with one rank for all bonds."""
        return [self.part.build(SIZES[:order], rank) for order in self.orders]

    def test_says_what_it_is(self) -> None:
        """It has its name, a label, a short name for a button, a sentence, and a least order."""
        assert self.part.name == self.format
        assert self.part.label
        assert 1 <= len(self.part.short) <= 8
        assert self.part.description.endswith(".")
        assert self.part.min_order >= 1

    def test_cores_carry_the_modes_in_their_order_and_the_rest_are_latent(self) -> None:
        """Each mode once, the first cores have legs, and their first modes ascend; core k has mode k, if no other."""
        for order, structure in zip(self.orders, self.build_all(), strict=True):
            assert structure.modes == SIZES[:order]
            legs = [core.legs for core in structure.cores if core.legs]
            assert legs == sorted(core.legs for core in structure.cores[: len(legs)])
            assert sorted(mode for own in legs for mode in own) == list(range(order))
            if all(len(own) == 1 for own in legs):
                assert legs == [(mode,) for mode in range(order)]
            elif self.part.paired:
                assert legs == [(mode, order // 2 + mode) for mode in range(order // 2)]

    def test_takes_the_orders_it_says(self) -> None:
        """``build`` accepts exactly the orders without a ``refusal``, and else raises its message."""
        for order in range(self.max_order + 1):
            reason = self.part.refusal(order)
            assert (order in self.orders) == (not reason)
            if reason:
                with pytest.raises(FormatError, match=re.escape(reason)):
                    self.part.build(SIZES[:order], 2)

    def test_every_core_is_needed(self) -> None:
        """No latent core has a single bond: it could be absorbed without changing the family."""
        for structure in self.build_all():
            ends = Counter(core for bond in structure.bonds for core in bond.cores)
            assert all(ends[core] > 1 for core, own in enumerate(structure.cores) if not own.legs)

    def test_no_two_bonds_join_the_same_cores(self) -> None:
        """No format has parallel bonds: one bond with the product of their ranks does the same."""
        for structure in self.build_all():
            assert len({bond.cores for bond in structure.bonds}) == len(structure.bonds)

    def test_names_differ(self) -> None:
        """All core names of a structure are different and not empty."""
        for structure in self.build_all():
            names = [core.name for core in structure.cores]
            assert all(names)
            assert len(set(names)) == len(names)

    def test_cores_have_room(self) -> None:
        """Every core has a position at least ``ROOM`` from all others, and none is pinned."""
        for structure in self.build_all():
            places = [complex(*core.position) for core in structure.cores if core.position is not None]
            assert len(places) == len(structure.cores)
            for (k, one), (m, other) in combinations(enumerate(places), 2):
                assert abs(one - other) >= ROOM, (
                    f"Cores {k} and {m} of {structure.order} modes must be {ROOM:g} units apart or more, but are "
                    f"{abs(one - other):g}; see SPACING, on_circle and radius_for in tnlab.formats.base."
                )
            assert not any(core.pinned for core in structure.cores)

    def test_takes_one_rank_or_one_per_bond(self) -> None:
        """Ranks come out in the order of the bonds; one rank for all leaves bonds that copy a mode at the mode size."""
        for order in self.orders:
            same = self.part.build(SIZES[:order], 3)
            copies = tuple(SIZES[mode] for mode in self.part.topology(order).copies)
            assert same.ranks == (3,) * (len(same.bonds) - len(copies)) + copies
            ranks = tuple(1 + place % 4 for place in range(len(same.bonds)))
            assert self.part.build(SIZES[:order], ranks).ranks == ranks
            assert self.part.build(SIZES[:order], np.array(ranks, dtype=int)).ranks == ranks  # type: ignore[arg-type]

    def test_refuses_too_few_modes(self) -> None:
        """The message names the number needed and the number given."""
        with pytest.raises(FormatError, match=rf"at least {self.part.min_order} modes?, but got"):
            self.part.build(SIZES[: self.part.min_order - 1], 2)

    def test_refuses_a_wrong_number_of_ranks(self) -> None:
        """The message says how many bonds there are."""
        with pytest.raises(FormatError, match="but got 99"):
            self.part.build(self.sizes, [2] * 99)

    @pytest.mark.parametrize("rank", [0, -1, 2.5, True, None, "a"])
    def test_refuses_a_rank_that_is_no_count(self, rank: object) -> None:
        """The message shows the bad value."""
        with pytest.raises(FormatError, match="needs"):
            self.part.build(self.sizes, rank)  # type: ignore[arg-type]

    @pytest.mark.parametrize("size", [0, -1, 2.5, True, None, "a"])
    def test_refuses_a_mode_that_is_no_count(self, size: object) -> None:
        """The message names the mode."""
        with pytest.raises(StructureError, match="Mode 0"):
            self.part.build((size, *self.sizes[1:]), 2)  # type: ignore[arg-type]

    def test_parameters_are_the_entries_of_its_cores(self) -> None:
        """Counted from the bonds, not from the shapes."""
        for structure in self.build_all(3):
            entries = [math.prod(structure.modes[leg] for leg in core.legs) for core in structure.cores]
            for bond in structure.bonds:
                for core in bond.cores:
                    entries[core] *= bond.rank
            assert structure.parameters == sum(entries)

    def test_einsum_gives_a_tensor_of_the_shape(self) -> None:
        """Numpy accepts the expression, with the modes in their order."""
        generator = np.random.default_rng(0)
        for structure in self.build_all()[:4]:
            cores = [generator.standard_normal(shape) for shape in structure.core_shapes]
            tensor = np.einsum(structure.einsum, *cores, optimize=True)
            assert tensor.shape == structure.modes
            assert np.linalg.norm(tensor) > 0

    def test_mode_sizes_and_ranks_of_1_are_fine(self) -> None:
        """A structure whose sizes and ranks all are 1 has one entry."""
        for order in self.orders:
            assert self.part.build((1,) * order, 1).size == 1

    def test_survives_json(self) -> None:
        """A structure read from its own JSON is equal, names and positions included."""
        for structure in self.build_all():
            again = structure_json.loads(structure_json.dumps(structure))
            assert structure_json.to_dict(again) == structure_json.to_dict(structure)
            assert again == structure
