"""Randomness enters here and only here: a seed becomes a generator, and generators are handed down."""

import torch


def as_generator(seed: int | torch.Generator | None) -> torch.Generator:
    """Return a CPU generator; an int gives the same floats every time, None gives fresh ones.

    Raises:
        TypeError: The seed is something else.
    """
    if isinstance(seed, torch.Generator):
        return seed
    generator = torch.Generator()
    if seed is None:
        generator.seed()
    elif isinstance(seed, int) and not isinstance(seed, bool):
        generator.manual_seed(seed)
    else:
        raise TypeError(f"A seed must be a whole number, a torch.Generator or None, but is {seed!r}.")
    return generator


def spawn(generator: torch.Generator) -> torch.Generator:
    """Return a new generator whose numbers follow from, but do not repeat, the given one's."""
    seed = int(torch.randint(2**62, (), generator=generator))
    return as_generator(seed)


def uniform(generator: torch.Generator) -> float:
    """Return a number from 0 to 1, 1 not included: the same one whatever torch's default dtype is."""
    return float(torch.rand((), generator=generator, dtype=torch.float32))
