"""One evaluation of a study read with its cores, by its number, without parsing the other lines."""

import json
from pathlib import Path

from tnlab.errors import DataError
from tnlab.network.isomorphism import isomorphic
from tnlab.network.network import Network
from tnlab.network.structure import Structure
from tnlab.structure_search.evaluation import Fate
from tnlab.structure_search.studies.lines import evaluation_of, parsed
from tnlab.structure_search.studies.study import study_log

NO_CORES = b'"cores": null'  # ends the line of an evaluation that was not fitted


def recorded(location: Path, number: int) -> tuple[Structure, Network | None]:
    """Return the structure of an evaluation and its fitted network, for a repetition that of what it repeats.

    The network is None where nothing was fitted.

    Args:
        location: Path of the study.
        number: Number of the evaluation, from 1.

    Raises:
        DataError: The study has no evaluation of this number, or its line is damaged.
    """
    lines, _ = study_log(location).read()
    start = f'{{"number": {number},'.encode()
    line = next((line for line in reversed(lines) if line.startswith(start)), None)
    if line is None:
        raise DataError(f"The study {location.stem!r} has no evaluation {number}.")
    found = evaluation_of(parsed(line, number, location.stem), location.stem)
    if found.network is not None or found.fate is not Fate.REPEATED:
        return found.structure, found.network
    same = f'"relative_error": {json.dumps(found.relative_error)},'.encode()
    for other in lines:
        if same in other and NO_CORES not in other[-len(NO_CORES) - 3 :]:
            known = evaluation_of(parsed(other, number, location.stem), location.stem)
            if known.network is not None and isomorphic(known.structure, found.structure):
                return known.structure, known.network
    return found.structure, None
