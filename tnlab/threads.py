"""Limits torch, numpy and scipy to one thread while they work on small tensors, where more threads only cost time.

torch and the copies of BLAS (the library of matrix products and factorisations) that numpy and scipy load each have a
number of threads of their own. ``one_thread`` sets all of them to 1 and restores them afterwards.

torch, and a BLAS that runs on OpenMP, keep one number for every thread of Python; any other BLAS keeps one for the
whole process. So several threads of Python may be within ``one_thread`` at once, and a BLAS of the latter kind is
restored when the last of them leaves.
"""

import os
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np  # noqa: F401 - loads its BLAS, so that the controller finds it
import scipy.linalg  # noqa: F401 - and this one loads scipy's
import torch
from threadpoolctl import LibController, ThreadpoolController

# Entries of the largest tensor up to which one thread is used. On a busy machine of two cores, one thread was faster at
# every size tried: at 1e7 entries a fit of a tensor train took 0.36 of the time and 0.28 of the processor time of two.
# Beyond that, several threads may be faster on idle cores.
ONE_THREAD = 10_000_000
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(eq=False)
class _Process:
    """Thread counts of the process: how many threads of Python are within ``one_thread``, and the counts to restore.

    Attributes:
        lock: Held while the other attributes or the shared counts change.
        inside: Number of threads of Python that are within ``one_thread``.
        torch: Thread count of torch in the thread that entered first.
        shared: Counts, before that, of every BLAS that has one count for the whole process.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    inside: int = 0
    torch: int = 1
    shared: list[int] = field(default_factory=list)

    def enter(self) -> list[int]:
        """Set all thread counts to 1, and return the former counts of this thread of Python alone.

        The first is torch's; the others are those of every BLAS that runs on OpenMP.
        """
        own = [torch.get_num_threads(), *_numbers(_blas().own)]
        with self.lock:
            if self.inside == 0:
                self.torch, self.shared = own[0], _numbers(_blas().shared)
                _set(_blas().shared, [1] * len(self.shared))
            elif own[0] == 1 and not _is_known():  # torch gives a new thread the 1 of those inside
                own[0] = self.torch
            self.inside += 1
        torch.set_num_threads(1)
        _set(_blas().own, [1] * len(_blas().own))
        return own

    def greet(self) -> None:
        """Undo, in a thread of Python that is new while others are inside, the 1 that torch gave it."""
        with self.lock:
            if not _is_known() and self.inside and torch.get_num_threads() == 1:
                torch.set_num_threads(self.torch)
        _here.known = True

    def leave(self, own: list[int]) -> None:
        """Restore the thread counts of this thread of Python, and those of the process if no other thread is inside."""
        torch.set_num_threads(own[0])
        _set(_blas().own, own[1:])
        with self.lock:
            self.inside -= 1
            if self.inside == 0:
                _set(_blas().shared, self.shared)

    def forked(self) -> None:
        """Correct the counts in a forked process, to which only the forking thread of Python was copied."""
        was, self.lock, self.inside = self.inside, threading.Lock(), int(_is_inside())
        if was and not self.inside:
            _set(_blas().shared, self.shared)


_process, _here = _Process(), threading.local()


@contextmanager
def one_thread(entries: int = 0) -> Iterator[None]:
    """Limit torch, numpy and scipy to one thread within the ``with`` block if its tensors are small.

    The block may be nested, and several threads of Python may be within it at once; while any is, a BLAS with one count
    for the process has one thread in all of them. Entering takes some microseconds.

    Args:
        entries: Entries of the largest tensor in the block; with more than ``ONE_THREAD`` nothing changes.
    """
    if entries > ONE_THREAD or _is_inside():
        _process.greet()
        yield
        return
    _here.inside, before = True, None
    try:
        before = _process.enter()
        _here.known = True
        yield
    finally:
        if before is not None:
            _process.leave(before)
        _here.inside = False


def on_one_thread(entries: Callable[..., int]) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Return a decorator that runs a function within ``one_thread``.

    Args:
        entries: Called with the function's arguments; returns the entries of the largest tensor in the computation. If
            it fails because an argument is of a wrong type, one thread is used, and the function reports the error.
    """

    def decorate(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        @wraps(function)
        def bound(*args: Arguments.args, **settings: Arguments.kwargs) -> Result:
            try:
                size = entries(*args, **settings)
            except (AttributeError, TypeError):  # the function itself says better what is wrong with its arguments
                size = 0
            with one_thread(size):
                return function(*args, **settings)

        return bound

    return decorate


def steps_on_one_thread(steps: Iterator[Result], entries: int) -> Generator[Result, None, None]:
    """Yield the items of an iterator, each computed within ``one_thread``, which is left while the caller has it.

    Args:
        steps: The iterator; its ``close``, if it has one, is called when this generator ends or is closed.
        entries: Entries of the largest tensor in the computation.
    """
    try:
        while True:
            with one_thread(entries):
                try:
                    step = next(steps)
                except StopIteration:
                    return
            yield step
    finally:
        close: Any = getattr(steps, "close", None)
        if close is not None:
            close()


def _is_known() -> bool:
    return getattr(_here, "known", False)


def _is_inside() -> bool:
    """Return whether this thread of Python is within ``one_thread``."""
    return getattr(_here, "inside", False)


class _Blas(NamedTuple):
    """Controllers that set the thread count of every BLAS library in the process.

    Attributes:
        own: Of libraries that keep a count for every thread of Python (those on OpenMP).
        shared: Of libraries that keep one count for the process.
    """

    own: list[LibController]
    shared: list[LibController]


@cache
def _blas() -> _Blas:
    """Return the controllers of the BLAS libraries; they are searched for once, which takes milliseconds."""
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    own = [library for library in found if getattr(library, "threading_layer", "") == "openmp"]
    return _Blas(own, [library for library in found if library not in own])


def _numbers(libraries: list[LibController]) -> list[int]:
    """Return the thread count of every library."""
    return [library.num_threads or 1 for library in libraries]


def _set(libraries: list[LibController], numbers: list[int]) -> None:
    """Set the thread count of every library, whichever thread of Python calls.

    Some libraries are bound by threadpoolctl to the thread that sets them first; they are released before and after.
    """
    for library, number in zip(libraries, numbers, strict=True):
        if library.num_threads == number:
            continue
        release = getattr(library, "clear_controlling_thread", None)
        if release is not None:
            release(force=True)
        library.set_num_threads(number)
        if release is not None:
            release(force=True)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_process.forked)
