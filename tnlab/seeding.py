"""Random generators: from a seed, from another generator; uniform numbers. No global generator is used."""

import torch

from tnlab.array_like import whole


def as_generator(seed: int | torch.Generator | None) -> torch.Generator:
    """Return a random generator of torch, on the CPU, made from a seed.

    Args:
        seed: A whole number, for the same numbers every time; None, for other numbers every time; or a generator, which
            is returned itself.

    Raises:
        TypeError: The seed is of another type.
    """
    if isinstance(seed, torch.Generator):
        return seed
    generator, seed = torch.Generator(), whole(seed)
    if seed is None:
        generator.seed()
    elif isinstance(seed, int) and not isinstance(seed, bool):
        generator.manual_seed(seed)
    else:
        raise TypeError(f"A seed must be a whole number, a torch.Generator or None, but is {seed!r}.")
    return generator


def spawn(generator: torch.Generator) -> torch.Generator:
    """Return a new generator, seeded by a number drawn from the given one, which advances by that draw."""
    seed = int(torch.randint(2**62, (), generator=generator))
    return as_generator(seed)


def uniform(generator: torch.Generator) -> float:
    """Return a random number, uniform in [0, 1), drawn in float32 whatever torch's default dtype is."""
    return float(torch.rand((), generator=generator, dtype=torch.float32))
