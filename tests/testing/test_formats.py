"""Every test of the format suite fails on a format that breaks the one rule, and passes on a sound one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from typing_extensions import override

from tnlab.errors import FormatError
from tnlab.formats import formats
from tnlab.formats.tensor_train import TensorTrain
from tnlab.network.structure import Structure
from tnlab.testing.formats import FormatContract

SOUND = type(formats["tensor_train"])


class Odd(Structure):
    """A structure that miscounts its parameters and transposes its tensor."""

    @property
    def parameters(self) -> int:  # type: ignore[override]
        return super().parameters + 1

    @property
    def einsum(self) -> str:  # type: ignore[override]
        cores, out = super().einsum.split("->")
        return f"{cores}->{out[::-1]}"


def drawn(change: Callable[[Any, int], Any]) -> type:
    """Return a tensor train whose topology is changed."""

    class Bad(TensorTrain):
        @override
        def topology(self, order):
            return change(super().topology(order), order)

    return Bad


def built(change: Callable[[Any, Any, Any], Any]) -> type:
    """Return a tensor train that builds otherwise: ``change`` gets the sound ``build``, the modes and the rank."""

    class Bad(TensorTrain):
        @override
        def build(self, modes, rank):
            return change(super().build, modes, rank)

    return Bad


def nameless(build, modes, rank):
    structure = build(modes, rank)
    return replace(structure, cores=tuple(replace(core, name="A") for core in structure.cores))


def odd(build, modes, rank):
    structure = build(modes, rank)
    return Odd(structure.modes, structure.cores, structure.bonds)


def no_ones(build, modes, rank):
    if set(modes) == {1}:
        raise FormatError("There is nothing here.")
    return build(modes, rank)


def some_ranks(build, modes, rank):
    return build(modes, rank if isinstance(rank, int) else list(rank)[: len(modes) - 1])


def attributes(**values: Any) -> type:
    return type("Bad", (TensorTrain,), values)


BAD = {
    "test_says_what_it_is": attributes(description="No sentence"),
    "test_cores_carry_the_modes_in_their_order_and_the_rest_are_latent": drawn(
        lambda found, order: replace(found, legs=tuple((mode,) for mode in range(order))[::-1])
    ),
    "test_takes_the_orders_it_says": attributes(refusal=lambda _, order: "Not five." if order == 5 else ""),
    "test_every_core_is_needed": drawn(
        lambda found, order: replace(found, bonds=(*found.bonds, (0, order)), positions=(*found.positions, (0.0, 99.0)))
    ),
    "test_no_two_bonds_join_the_same_cores": drawn(lambda found, _: replace(found, bonds=found.bonds + found.bonds)),
    "test_names_differ": built(nameless),
    "test_cores_have_room": drawn(
        lambda found, _: replace(found, positions=tuple((x / 3, y) for x, y in found.positions))
    ),
    "test_takes_one_rank_or_one_per_bond": built(
        lambda build, modes, rank: build(modes, rank if isinstance(rank, int) else list(rank)[::-1])
    ),
    "test_refuses_too_few_modes": attributes(refusal=lambda _, order: "" if order else "Too few."),
    "test_refuses_a_wrong_number_of_ranks": built(some_ranks),
    "test_refuses_a_rank_that_is_no_count": built(lambda build, modes, rank: build(modes, int(rank))),
    "test_refuses_a_mode_that_is_no_count": built(lambda build, modes, rank: build(tuple(map(int, modes)), rank)),
    "test_parameters_are_the_entries_of_its_cores": built(odd),
    "test_einsum_gives_a_tensor_of_the_shape": built(odd),
    "test_mode_sizes_and_ranks_of_1_are_fine": built(no_ones),
    "test_survives_json": built(odd),
}
ARGUMENTS = {"test_refuses_a_rank_that_is_no_count": (2.5,), "test_refuses_a_mode_that_is_no_count": (2.5,)}


def suite(part: type) -> FormatContract:
    """Return the suite over one format that is not registered."""
    found = part()
    found.name = "mine"
    return type("Suite", (FormatContract,), {"format": "mine", "part": found})()


def test_every_test_of_the_suite_is_here():
    assert {name for name in vars(FormatContract) if name.startswith("test_")} == set(BAD)


@pytest.mark.parametrize("name", BAD)
def test_a_broken_rule_fails_its_test(name):
    getattr(suite(SOUND), name)(*ARGUMENTS.get(name, ()))
    with pytest.raises((AssertionError, pytest.fail.Exception, FormatError)):
        getattr(suite(BAD[name]), name)(*ARGUMENTS.get(name, ()))
