"""The registry of built-in data sets, each with a label, a licence and a function that makes its array offline."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tnlab.data.source import Order, Source
from tnlab.registry import Registry


@dataclass(frozen=True)
class Dataset:
    """A built-in array and how it becomes a tensor.

    Attributes:
        name: Canonical name in ``datasets``.
        label: Its name in a menu.
        licence: Licence of the data, and its author.
        modes: Default mode sizes of the tensor.
        order: Whether the modes are a plain reshape of the array or quantised.
        load: Returns the array, in float64, with equal values at every call.
    """

    name: str
    label: str
    licence: str
    modes: tuple[int, ...]
    order: Order
    load: Callable[[], np.ndarray]

    def source(self) -> Source:
        """Return the array as a source with its default modes and order."""
        return Source.of(self.load(), name=self.name, modes=self.modes, order=self.order, label=self.label)


datasets: Registry[Dataset] = Registry("data set")

Load = Callable[[], np.ndarray]


def dataset(
    name: str, *aliases: str, label: str, licence: str, modes: tuple[int, ...], order: Order = "plain"
) -> Callable[[Load], Load]:
    """Return a decorator that registers a function, which takes nothing and returns an array, as a data set."""

    def decorate(load: Load) -> Load:
        datasets.register(name, *aliases)(
            Dataset(name=name, label=label, licence=licence, modes=modes, order=order, load=load)
        )
        return load

    return decorate
