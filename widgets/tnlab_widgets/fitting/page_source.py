"""Python source that makes again what an Explorer shows: its data, its structure and its fitted cores."""

import base64
import textwrap
from pathlib import Path

import numpy as np
from safetensors.torch import save

from tnlab.data import Source, datasets
from tnlab.network import structure_json
from tnlab.network.network import Network
from tnlab.network.structure import Structure

MAX_EMBEDDED = 1 << 18  # bytes of cores that the source holds itself; larger ones are read from a file
WIDTH = 100  # letters in a line of embedded cores


def page_source(source: Source, structure: Structure, network: Network | None, *, seed: int, stem: str) -> str:
    """Return source that defines ``tensor``, ``structure`` and, after a first sweep, ``network`` with its error.

    The cores are in the text bit for bit, or are read from the file STEM.safetensors where they need more than
    ``MAX_EMBEDDED`` bytes. Data that are not built in are read from a file, which a comment names.

    Args:
        source: The data.
        structure: The drawn structure.
        network: Its fitted cores; without them the source fits the structure in an Explorer of the same seed.
        seed: Seed of the random starts.
        stem: Name of the file of the cores, without suffix.
    """
    fitted = network is not None
    imports = ["from tnlab.data import datasets" if built_in(source) else "from tnlab.data import read_source"]
    imports += ["from tnlab.network import structure_json"]
    if fitted:
        imports += ["from tnlab.network.network import Network", "from tnlab.network.residual import relative_residual"]
    imports += ["from tnlab_widgets import Explorer"]
    text = structure_json.dumps(structure)
    lines = [
        *_data(source),
        f"source = source.with_modes({source.modes}, {source.order!a})",
        "tensor = source.tensor",
        "",
        f"structure = structure_json.loads({text!a})",
    ]
    if network is not None:
        started, cores = _cores(network, stem)
        imports = [*started, *imports]
        lines += [*cores, "relative_error = relative_residual(tensor, network)", 'print(f"{relative_error:.6g}")']
    call = f"Explorer(source, structure={'network' if fitted else 'structure'}, seed={seed})"
    lines += ["", f"# The page again: explorer = {call}"] if fitted else ["", f"explorer = {call}"]
    return "\n".join((*imports, "", *lines, ""))


def built_in(source: Source) -> bool:
    """Return whether the data are those of the built-in data set of their name."""
    if source.name not in datasets:
        return False
    array = datasets[source.name].source().array
    return array.dtype == source.array.dtype and np.array_equal(array, source.array)


def _data(source: Source) -> list[str]:
    if built_in(source):
        return [f"source = datasets[{source.name!a}].source()"]
    name = source.name if Path(source.name).suffix else f"{source.name}.npy"
    return [
        f"# These data are not built in: put the file {name!a} here, or save your array to it by numpy.save.",
        "from pathlib import Path",
        f"source = read_source({Path(name).name!a}, Path({name!a}))",
    ]


def _cores(network: Network, stem: str) -> tuple[list[str], list[str]]:
    """Return imports, and lines that define ``network``."""
    arrays = {f"core.{place}": core.detach().cpu().contiguous().clone() for place, core in enumerate(network.cores)}
    packed = save(arrays)
    if len(packed) > MAX_EMBEDDED:
        return [], [
            f"# The cores have {len(packed):,} bytes: save them from the page as a safetensors file beside this text.",
            f"network = Network.load({stem + '.safetensors'!a})",
        ]
    rows = textwrap.wrap(base64.b64encode(packed).decode(), WIDTH)
    return ["import base64", "", "from safetensors.torch import load", ""], [
        "cores = load(base64.b64decode(",
        *(f'    "{row}"' for row in rows),
        "))",
        f'network = Network(structure, tuple(cores[f"core.{{place}}"] for place in range({len(network.cores)})))',
    ]
