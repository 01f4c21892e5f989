"""One thread for the linear algebra of small tensors: more only cost time, and change the last bits.

Products, factorisations and eigenvalues run in torch's libraries and in numpy's and scipy's own copies of BLAS, and
each library counts its threads by itself. ``one_thread`` binds all of them, and undoes it afterwards.

torch, and a BLAS that runs on OpenMP, count the threads of every thread of Python apart; any other BLAS has one number
for the whole process. So several threads of Python may be inside at once, and such a BLAS gets its threads back when
the last of them leaves.
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

# Entries up to which one thread is used. On two cores with other work on them, one was faster at every size tried: at
# 1e7 entries a train took 0.36 of the seconds and 0.28 of the processor time of two. Idle cores may pay beyond that.
ONE_THREAD = 10_000_000
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(eq=False)
class _Process:
    """How many threads of Python are inside, and what to give back when the last of them leaves."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    inside: int = 0
    torch: int = 1  # threads of torch in the thread that entered first
    shared: list[int] = field(default_factory=list)  # of every BLAS that has one number for the process, before that

    def enter(self) -> list[int]:
        """Bind all libraries; return how many threads those had that count for this thread of Python alone."""
        own = [torch.get_num_threads(), *_numbers(_blas().own)]
        with self.lock:
            if self.inside == 0:
                self.torch, self.shared = own[0], _numbers(_blas().shared)
                _set(_blas().shared, [1] * len(self.shared))
            elif own[0] == 1:  # a thread that meets torch for the first time takes over the 1 of those inside
                own[0] = self.torch
            self.inside += 1
        torch.set_num_threads(1)
        _set(_blas().own, [1] * len(_blas().own))
        return own

    def leave(self, own: list[int]) -> None:
        """Give this thread of Python its numbers back, and the process too unless others are still inside."""
        torch.set_num_threads(own[0])
        _set(_blas().own, own[1:])
        with self.lock:
            self.inside -= 1
            if self.inside == 0:
                _set(_blas().shared, self.shared)

    def forked(self) -> None:
        """Forget, in a process that was forked, the threads that did not come along."""
        was, self.lock, self.inside = self.inside, threading.Lock(), int(_is_inside())
        if was and not self.inside:
            _set(_blas().shared, self.shared)


_process, _here = _Process(), threading.local()


@contextmanager
def one_thread(entries: int = 0) -> Iterator[None]:
    """Use one thread in torch, numpy and scipy meanwhile, if the work is small; otherwise change nothing.

    May be nested, and entered by several threads at once. Entering takes some microseconds. While one thread is inside,
    BLAS has one thread in all of them.

    Args:
        entries: Of the largest tensor that is worked on.
    """
    if entries > ONE_THREAD or _is_inside():
        yield
        return
    _here.inside, before = True, None
    try:
        before = _process.enter()
        yield
    finally:
        if before is not None:
            _process.leave(before)
        _here.inside = False


def on_one_thread(entries: Callable[..., int]) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Have a function run within ``one_thread``.

    Args:
        entries: Called with the function's arguments; returns the entries of the largest tensor it will work on.
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
    """Yield what an iterator yields, each step within ``one_thread``, and the caller's code between two steps without.

    Args:
        steps: Closed, where it can be, when this is left.
        entries: Of the largest tensor that is worked on.
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


def _is_inside() -> bool:
    return getattr(_here, "inside", False)


class _Blas(NamedTuple):
    """What sets the threads of every BLAS of this process."""

    own: list[LibController]  # those with a number for every thread of Python
    shared: list[LibController]


@cache
def _blas() -> _Blas:
    """Look for the libraries, once: it takes milliseconds."""
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    own = [library for library in found if getattr(library, "threading_layer", "") == "openmp"]
    return _Blas(own, [library for library in found if library not in own])


def _numbers(libraries: list[LibController]) -> list[int]:
    return [library.num_threads or 1 for library in libraries]


def _set(libraries: list[LibController], numbers: list[int]) -> None:
    """Set threads from any thread of Python: threadpoolctl would listen to the one alone that has set them first."""
    for library, number in zip(libraries, numbers, strict=True):
        release = getattr(library, "clear_controlling_thread", None)
        if release is not None:
            release(force=True)
        library.set_num_threads(number)
        if release is not None:
            release(force=True)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_process.forked)
