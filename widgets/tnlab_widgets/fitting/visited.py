"""The structures that a session has fitted, one record up to isomorphism, with the best network while memory allows."""

import threading
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

from tnlab.network.isomorphism import canonical_form
from tnlab.network.network import Network
from tnlab.network.structure import Structure

MAX_VISITS = 500  # structures kept; the page lists them all
MAX_ENTRIES = 8_000_000  # numbers kept in networks, 64 MB in float64
MAX_LATENT = 6  # latent cores up to which isomorphism is decided: the time grows with the factorial of their number


@dataclass(frozen=True, eq=False)
class Visit:
    """A structure that a session has fitted, with the best network found for it.

    Attributes:
        id: Number of the visit, by which the page names it.
        structure: The structure, with the names and positions it had when the best error was reached.
        relative_error: That of ``network``; where its cores were dropped, the lowest that a fit had reached by then.
        network: The cores of the lowest error; None where they were dropped to save memory, or not saved to a file.
        status: The status of its latest fit, a sentence.
        stood: Whether it was drawn for a second, or fitted to an end; else it was only passed on the way to another.
    """

    id: int
    structure: Structure
    relative_error: float
    network: Network | None
    status: str
    stood: bool = False

    @property
    def label(self) -> str:
        """The number of cores and the first twelve ranks, e.g. ``'4 cores, ranks 4, 6, 4'``."""
        ranks = [str(rank) for rank in self.structure.ranks]
        shown = ", ".join(ranks[:12]) + (", ..." if len(ranks) > 12 else "")
        cores = len(self.structure.cores)
        return f"{cores} core{'s' * (cores != 1)}" + (f", rank{'s' * (len(ranks) != 1)} {shown}" if ranks else "")


def visit_key(structure: Structure) -> Hashable:
    """Return a value that is equal for isomorphic structures: same topology, ranks and modes, other names or numbering.

    With more than six latent cores the structure itself is returned, so that renumbered ones differ.
    """
    latent = sum(not core.legs for core in structure.cores)
    return structure if latent > MAX_LATENT else canonical_form(structure)


class Visited:
    """The visits of a session by ``visit_key``, in the order of the latest fit; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visits: dict[Hashable, Visit] = {}
        self._next = 1

    def record(self, key: Hashable, network: Network, relative_error: float, status: str) -> Visit:
        """Record the network that a fit of the structure with this key has reached, and its relative error.

        Of two networks the one of the lower error is kept. A visit whose cores were dropped takes the new network with
        its own error, even a higher one: the error shown is always that of the cores that the page can go back to.
        """
        with self._lock:
            known = self._visits.pop(key, None)  # put back last: the order is that of the latest visit
            if known is None:
                known = Visit(
                    id=self._next,
                    structure=network.structure,
                    relative_error=relative_error,
                    network=network,
                    status=status,
                )
                self._next += 1
            elif relative_error <= known.relative_error or known.network is None:
                known = Visit(
                    id=known.id,
                    structure=network.structure,
                    relative_error=relative_error,
                    network=network,
                    status=status,
                    stood=known.stood,
                )
            else:
                known = replace(known, status=status)
            self._visits[key] = known
            self._bound()
            return known

    def correct(self, key: Hashable, network: Network, relative_error: float) -> None:
        """Replace the relative error of the visit with this key, provided that it still holds ``network``."""
        with self._lock:
            known = self._visits.get(key)
            if known is not None and known.network is network:
                self._visits[key] = replace(known, relative_error=relative_error)

    def stand(self, wanted: int) -> None:
        """Note that the visit whose ``id`` is ``wanted`` was looked at, not only passed."""
        with self._lock:
            for key, visit in self._visits.items():
                if visit.id == wanted and not visit.stood:
                    self._visits[key] = replace(visit, stood=True)

    def remember(self, structure: Structure, relative_error: float, status: str) -> None:
        """Add a visit from a session file, which stores no cores of former structures."""
        key = visit_key(structure)
        with self._lock:
            if (known := self._visits.get(key)) is not None and known.network is not None:
                return  # it is being fitted already
            self._visits[key] = Visit(
                id=self._next,
                structure=structure,
                relative_error=relative_error,
                network=None,
                status=status,
                stood=True,
            )
            self._next += 1
            self._bound()

    def best(self, key: Hashable) -> Visit | None:
        """Return the visit with this key; None where there is none."""
        with self._lock:
            return self._visits.get(key)

    def by_id(self, wanted: int) -> Visit | None:
        """Return the visit whose ``id`` is ``wanted``; None where there is none."""
        return next((visit for visit in self if visit.id == wanted), None)

    def clear(self) -> None:
        """Remove all visits."""
        with self._lock:
            self._visits.clear()

    def __iter__(self) -> Iterator[Visit]:
        with self._lock:
            return iter(tuple(self._visits.values()))

    def __len__(self) -> int:
        return len(self._visits)

    def _bound(self) -> None:
        while len(self._visits) > MAX_VISITS:
            del self._visits[next(iter(self._visits))]
        held = 0
        for key, visit in reversed(tuple(self._visits.items())):
            held += visit.network.parameters if visit.network else 0
            if held > MAX_ENTRIES and visit.network is not None:
                self._visits[key] = replace(visit, network=None)
