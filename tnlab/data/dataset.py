"""Built-in data sets: a name, a label, a licence, and a function that makes the array. Nothing is downloaded."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tnlab.data.source import Order, Source
from tnlab.registry import Registry


@dataclass(frozen=True)
class Dataset:
    """A built-in array and how to look at it as a tensor.

    Attributes:
        name: Canonical name in ``datasets``.
        label: What a menu shows.
        licence: Under which terms the data may be used, and who made it.
        modes: Mode sizes it opens with.
        order: Whether those modes are a plain reshape or quantised.
        load: Return the array, float64; the same one every time.
    """

    name: str
    label: str
    licence: str
    modes: tuple[int, ...]
    order: Order
    load: Callable[[], np.ndarray]

    def source(self) -> Source:
        """Return the array with the modes and the order it opens with."""
        return Source.of(self.load(), name=self.name, modes=self.modes, order=self.order, label=self.label)


datasets: Registry[Dataset] = Registry("data set")

Load = Callable[[], np.ndarray]


def dataset(
    name: str, *aliases: str, label: str, licence: str, modes: tuple[int, ...], order: Order = "plain"
) -> Callable[[Load], Load]:
    """Return a decorator that files a function without arguments in ``datasets``."""

    def decorate(load: Load) -> Load:
        datasets.register(name, *aliases)(Dataset(name, label, licence, modes, order, load))
        return load

    return decorate
