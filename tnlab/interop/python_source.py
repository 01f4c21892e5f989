"""A structure as Python source that runs without tnlab: numpy cores, contracted by einsum."""

from tnlab.network.structure import Structure

NUMPY_LETTERS = 52
NUMPY_OPERANDS = 30


def to_python(structure: Structure, weights: str | None = None) -> str:
    """Return runnable source that makes the cores and contracts them into ``tensor``.

    Args:
        structure: What to write down.
        weights: A safetensors file that ``Network.save`` wrote, to read the cores from; without it
            they are random.
    """
    wide = len(structure.index_sizes) > NUMPY_LETTERS or len(structure.cores) > NUMPY_OPERANDS
    imports = ["import numpy as np"] * (weights is None or not wide) + ["import opt_einsum"] * wide
    imports += ["from safetensors.numpy import load_file"] * (weights is not None)
    comments = [
        f"# A tensor network of {len(structure.cores)} cores for a tensor of shape {structure.modes}:",
        f"# {structure.parameters} parameters, compression ratio {structure.compression_ratio:.4g}.",
    ]
    cores = _random_cores(structure) if weights is None else _loaded_cores(structure, weights)
    einsum = ascii(structure.einsum)
    call = f"opt_einsum.contract({einsum}, *cores)" if wide else f"np.einsum({einsum}, *cores, optimize=True)"
    result = [
        "# One letter per mode or bond; letters that are not on the right are summed.",
        f"tensor = {call}",
        f"assert tensor.shape == {structure.modes}",
    ]
    return "\n".join((*comments, "", *imports, "", *cores, "", *result, ""))


def _random_cores(structure: Structure) -> list[str]:
    return [
        "rng = np.random.default_rng(0)",
        "shapes = [",
        *(f"    {shape},  # {_remark(structure, core)}" for core, shape in enumerate(structure.core_shapes)),
        "]",
        "cores = [rng.standard_normal(shape) for shape in shapes]",
    ]


def _loaded_cores(structure: Structure, weights: str) -> list[str]:
    return [
        f"arrays = load_file({weights!a})",
        "cores = [",
        *(
            f'    arrays["core.{core}"],  # {_remark(structure, core)}, shape {shape}'
            for core, shape in enumerate(structure.core_shapes)
        ),
        "]",
    ]


def _remark(structure: Structure, core: int) -> str:
    """Return the core's name and axes for a comment; a name with a line break or quotes stays on its line."""
    legs = [f"mode {leg}" for leg in structure.cores[core].legs]
    bonds = [f"bond {ascii(structure.bond_label(bond))[1:-1]}" for bond in structure.core_bonds[core]]
    return f"{ascii(structure.core_label(core))[1:-1]}: {', '.join((*legs, *bonds))}"
