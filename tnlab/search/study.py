"""A study: a file of JSON lines that keeps every evaluation of a search, so that the same search can go on from it.

The first line says what is searched, and how; budgets are left out, for they may grow. Every further line is one
evaluation, written before the next proposal is made; cores are safetensors in base64, and nothing is pickled. Lines are
only ever added. A line whose number was met before replaces that evaluation and all after it, which happens when an
engine that looks at the clock goes another way than it did: what it left stays in the file, and is not replayed.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from tnlab.errors import DataError
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.search.evaluation import Evaluation, Fate
from tnlab.search.evaluator import Evaluator

VERSION = 1
LONGEST = 2**20  # bytes of a header


def header(evaluator: Evaluator, **settings: object) -> dict[str, object]:
    """Return what a study must agree on to be gone on from: the tensor, the problem, the fits, and further settings."""
    problem = evaluator.problem
    array = problem.tensor.detach().cpu().contiguous().numpy()
    return {
        "tnlab_study": VERSION,
        "shape": list(array.shape),
        "dtype": str(array.dtype),
        "tensor": hashlib.blake2b(array.data, digest_size=16).hexdigest(),
        "objective": repr(problem.objective),
        "family": problem.family,
        "max_rank": problem.max_rank,
        "solver": evaluator.solver,
        "max_sweeps": evaluator.max_sweeps,
        "restarts": evaluator.restarts,
        "tolerance": evaluator.tolerance,
        **settings,
    }


@dataclass(eq=False)
class Study:
    """The evaluations in one file. Opening it creates it, or reads it and cuts off a line that was never finished.

    Attributes:
        path: The file.
        asked: The header of the search that is to be kept here.
        device: Where recorded cores are put.

    Raises:
        DataError: The file is no study, is of another search, is damaged, or cannot be read and written.
    """

    path: Path
    asked: Mapping[str, object]
    device: torch.device | str = "cpu"
    _records: list[dict[str, Any]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        if self.path.exists() and not self.path.is_file():
            raise DataError(f"A study must be a file, but {str(self.path)!r} is a folder or a device.")
        try:
            self.path.touch()
            self._read()
        except OSError as error:
            raise self._unwritable(error) from None

    def recorded(self, number: int, structure: Structure) -> Evaluation | None:
        """Return the evaluation with this number; None if there is none, or it is of another structure.

        That of a repetition has no network: the one it repeats has it.

        Raises:
            DataError: The record is damaged.
        """
        if number > len(self._records):
            return None
        record = self._records[number - 1]
        try:
            if structure_json.from_dict(record["structure"]) != structure:
                return None
            return Evaluation(
                structure, float(record["relative_error"]), float(record["score"]),
                _network(structure, record["cores"], self.device), Fate(record["fate"]), str(record["move"]), number,
                int(record["sweeps"]), float(record["seconds"]), bool(record["finished"]),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, SafetensorError) as error:
            raise self._damaged(f"evaluation {number}: {error!r:.200}") from None

    def append(self, structure: Structure, found: Evaluation) -> None:
        """Write what became of the proposal of a structure; it takes the place of what had its number or a later one.

        Raises:
            DataError: The file cannot be written.
        """
        fitted = found.network if found.fate is Fate.FITTED else None
        record = {
            "number": found.number,
            "fate": found.fate.value,
            "move": found.move,
            "structure": structure_json.to_dict(structure),
            "relative_error": found.relative_error,
            "score": found.score,
            "sweeps": found.sweeps,
            "seconds": found.seconds,
            "finished": found.finished,
            "cores": _text(fitted) if fitted is not None else None,
        }
        try:
            with self.path.open("ab") as file:
                file.write(_line(record))
        except OSError as error:
            raise self._unwritable(error) from None
        del self._records[found.number - 1 :]

    def _read(self) -> None:
        with self.path.open("r+b") as file:
            head = file.readline(LONGEST)
            if not head.endswith(b"\n") and _line(self.asked).startswith(head):  # new, or killed at once
                file.seek(0)
                file.write(_line(self.asked))
                return
            self._compare(head)
            end = len(head)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._take(line)
                end += len(line)
            file.truncate(end)

    def _compare(self, head: bytes) -> None:
        try:
            kept = json.loads(head)
        except (ValueError, RecursionError):
            kept = None
        if not isinstance(kept, dict) or "tnlab_study" not in kept:
            raise DataError(f"{str(self.path)!r} is not a study; name another file, which need not exist.")
        for name in [*self.asked, *kept]:
            old, new = (json.dumps(part.get(name)) for part in (kept, self.asked))
            if old != new:
                raise DataError(f"The study {str(self.path)!r} is of another search: {name} is {old:.300} there, but "
                                f"{new:.300} was asked for. Ask for the same, or name another file.")  # fmt: skip

    def _take(self, line: bytes) -> None:
        try:
            record = json.loads(line)
            number = int(record["number"])
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise self._damaged(f"after evaluation {len(self._records)}: {error!r:.200}") from None
        if not 1 <= number <= len(self._records) + 1:
            raise self._damaged(f"evaluation {number} follows evaluation {len(self._records)}")
        self._records[number - 1 :] = [record]

    def _damaged(self, what: str) -> DataError:
        return DataError(f"The study {str(self.path)!r} is damaged ({what}); name another file.")

    def _unwritable(self, error: OSError) -> DataError:
        return DataError(f"The study {str(self.path)!r} cannot be read and written: {error.strerror or error}.")


def _line(record: Mapping[str, object]) -> bytes:
    return json.dumps(record).encode() + b"\n"


def _text(network: Network) -> str:
    """Return cores as safetensors in base64."""
    cores = {str(place): core.detach().cpu().contiguous().clone() for place, core in enumerate(network.cores)}
    return base64.b64encode(save(cores)).decode()


def _network(structure: Structure, text: str | None, device: torch.device | str) -> Network | None:
    if text is None:
        return None
    cores = load(base64.b64decode(text))
    # a copy, for what was read may lie at an odd address, where sums are rounded otherwise
    return Network(structure, tuple(cores[str(place)].clone().to(device) for place in range(len(structure.cores))))
