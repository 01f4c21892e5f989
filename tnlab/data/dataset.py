"""The registry of built-in data sets, each with a label, a licence and a function that makes its array offline."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tnlab.data.source import Order, Source
from tnlab.registry import Registry

SUITED, PICTURES, PLANTED = "data that tensor networks suit", "pictures", "planted networks"
GROUPS = (SUITED, PICTURES, PLANTED)  # in the order of a menu


@dataclass(frozen=True)
class Dataset:
    """A built-in array and how it becomes a tensor.

    Attributes:
        name: Canonical name in ``datasets``.
        label: Its name in a menu.
        licence: Licence of the data, and its author.
        what: What the data is in a word or two after "a" or "an", such as "a photograph".
        find: A sentence on what a tensor network can find in it; empty where there is nothing in particular.
        group: Its heading in a menu, one of ``GROUPS``.
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
    what: str = ""
    find: str = ""
    group: str = ""

    def source(self) -> Source:
        """Return the array as a source with its default modes and order."""
        return Source.of(self.load(), name=self.name, modes=self.modes, order=self.order, label=self.label)


datasets: Registry[Dataset] = Registry("data set")

Load = Callable[[], np.ndarray]


def dataset(
    name: str,
    *aliases: str,
    label: str,
    licence: str,
    modes: tuple[int, ...],
    order: Order = "plain",
    what: str,
    find: str,
    group: str,
) -> Callable[[Load], Load]:
    """Return a decorator that registers a function, which takes nothing and returns an array, as a data set."""

    def decorate(load: Load) -> Load:
        datasets.register(name, *aliases)(
            Dataset(
                name=name,
                label=label,
                licence=licence,
                modes=modes,
                order=order,
                load=load,
                what=what,
                find=find,
                group=group,
            )
        )
        return load

    return decorate
