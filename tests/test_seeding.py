"""Same seed, same floats; generators are handed on and derived, never global."""

import pytest
import torch

from tnlab.seeding import as_generator, spawn, uniform


def numbers(generator):
    return torch.rand(5, generator=generator).tolist()


def test_a_whole_number_gives_the_same_numbers_every_time():
    assert numbers(as_generator(3)) == numbers(as_generator(3)) != numbers(as_generator(4))


def test_none_gives_other_numbers_every_time():
    assert numbers(as_generator(None)) != numbers(as_generator(None))


def test_a_generator_is_returned_itself():
    own = torch.Generator()
    assert as_generator(own) is own


@pytest.mark.parametrize("seed", [1.0, "1", True, torch.tensor([1])])
def test_other_seeds_are_refused(seed):
    with pytest.raises(TypeError, match="whole number"):
        as_generator(seed)


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    spawn(as_generator(1))
    uniform(as_generator(None))
    assert torch.equal(torch.get_rng_state(), before)


def test_derived_generators_follow_from_the_seed_and_differ():
    first, again = as_generator(1), as_generator(1)
    children = [numbers(spawn(first)) for _ in range(3)]
    assert children == [numbers(spawn(again)) for _ in range(3)]
    assert len({tuple(child) for child in (*children, numbers(as_generator(1)))}) == 4


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_uniform_numbers_do_not_depend_on_the_default_dtype(dtype):
    torch.set_default_dtype(dtype)
    own = as_generator(5)
    drawn = [uniform(own) for _ in range(1000)]
    assert drawn == torch.rand(1000, generator=as_generator(5), dtype=torch.float32).tolist()
    assert all(0 <= number < 1 for number in drawn)
    assert 0.45 < sum(drawn) / 1000 < 0.55
