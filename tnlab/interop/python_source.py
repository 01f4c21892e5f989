"""Write Python source that makes a structure's cores and contracts them with numpy, torch, tensorly or quimb."""

from collections.abc import Callable

from tnlab.errors import UnknownNameError
from tnlab.interop.quimb_networks import quimb_indices
from tnlab.interop.tensorly_form import Factor, tensorly_form
from tnlab.network.structure import Structure

NUMPY_LETTERS = 52  # letters that einsum expressions of numpy and torch can have
NUMPY_OPERANDS = 30  # arrays passed to numpy's einsum, which limits them; opt_einsum contracts larger networks
LETTERS = "# One letter per mode or bond; letters that are not on the right are summed."
TORCH_RANDOM = "torch.randn(shape, generator=generator, dtype=torch.float64)"
TENSORLY_CLASSES = {
    "cp": ("cp_tensor", "CPTensor"),
    "tucker": ("tucker_tensor", "TuckerTensor"),
    "tt": ("tt_tensor", "TTTensor"),
    "tr": ("tr_tensor", "TRTensor"),
    "tt_matrix": ("tt_matrix", "TTMatrix"),
}


def to_python(structure: Structure, weights: str | None = None, target: str = "einsum_numpy") -> str:
    """Return Python source that makes the cores of a structure and contracts them into ``tensor``, without tnlab.

    Args:
        structure: The structure whose cores and contraction are written.
        weights: Path of a safetensors file by ``Network.save`` from which the source reads the cores; without it the
            cores are random.
        target: A key of ``TARGETS``, the library that contracts. For tensorly the source builds the class that holds
            the structure, or calls opt_einsum if none does; for quimb it builds a ``TensorNetwork``.

    Raises:
        UnknownNameError: There is no such target.
    """
    if target not in TARGETS:
        raise UnknownNameError("target", target, TARGETS)
    torch = target == "einsum_torch"
    imports, build = TARGETS[target](structure)
    if weights is not None:
        imports = [*imports, f"from safetensors.{'torch' if torch else 'numpy'} import load_file"]
    elif not torch:
        imports = ["import numpy as np", *imports]
    comments = [
        f"# A tensor network of {len(structure.cores)} cores for a tensor of shape {structure.modes}:",
        f"# {structure.parameters} parameters, compression ratio {structure.compression_ratio:.4g}.",
    ]
    cores = _random_cores(structure, torch) if weights is None else _loaded_cores(structure, weights)
    check = f"assert tuple(tensor.shape) == {structure.modes}"
    return "\n".join((*comments, "", *dict.fromkeys(imports), "", *cores, "", *build, check, ""))


def _einsum(structure: Structure, library: str) -> tuple[list[str], list[str]]:
    wide = len(structure.index_sizes) > NUMPY_LETTERS or len(structure.cores) > NUMPY_OPERANDS
    text = ascii(structure.einsum)
    call = f"{library}.einsum({text}, *cores{', optimize=True' if library == 'np' else ''})"
    imports = ["import numpy as np"] if library == "np" else [f"import {library}"]
    if wide:
        imports, call = [*imports[: library != "np"], "import opt_einsum"], f"opt_einsum.contract({text}, *cores)"
    return imports, [LETTERS, f"tensor = {call}"]


def _einsum_numpy(structure: Structure) -> tuple[list[str], list[str]]:
    return _einsum(structure, "np")


def _einsum_torch(structure: Structure) -> tuple[list[str], list[str]]:
    return _einsum(structure, "torch")


def _tensorly(structure: Structure) -> tuple[list[str], list[str]]:
    form = tensorly_form(structure)
    if form is None:
        reason = "# tensorly has no class for this structure; opt_einsum contracts arrays of any of its backends."
        call = f"tensor = tl.tensor(opt_einsum.contract({structure.einsum!a}, *cores))"
        return ["import opt_einsum", "import tensorly as tl"], [reason, LETTERS, call]
    module, name = TENSORLY_CLASSES[form.kind]
    factors = ["factors = [", *(f"    {_factor(factor)}," for factor in form.factors), "]"]
    arguments = {"cp": "(None, factors)", "tucker": "(middle, factors)"}.get(form.kind, "factors")
    middle = [f"middle = {_factor(form.middle)}"] if form.middle else []
    built = [f"decomposition = {name}({arguments})", "tensor = decomposition.to_tensor()"]
    return ["import tensorly as tl", f"from tensorly.{module} import {name}"], [*factors, *middle, *built]


def _factor(factor: Factor) -> str:
    text = f"cores[{factor.core}]"
    if factor.axes != tuple(range(len(factor.axes))):
        text += f".transpose{factor.axes}"
    if len(factor.shape) != len(factor.axes):
        text += f".reshape{factor.shape}"
    return f"tl.tensor({text})"


def _quimb(structure: Structure) -> tuple[list[str], list[str]]:
    tensors = [
        f"    qtn.Tensor(cores[{core}], inds={indices}, tags=({structure.core_label(core)!a},)),"
        for core, indices in enumerate(quimb_indices(structure))
    ]
    modes = tuple(f"k{mode}" for mode in range(structure.order))
    return ["import quimb.tensor as qtn"], [
        "# Index k0 is mode 0, b0 is bond 0; an index of more than two tensors is a hyper-index.",
        "network = qtn.TensorNetwork([",
        *tensors,
        "])",
        f"tensor = network.contract(..., output_inds={modes}, preserve_tensor=True).transpose(*{modes}).data",
    ]


def _random_cores(structure: Structure, torch: bool) -> list[str]:
    shapes = (f"    {shape},  # {_remark(structure, core)}" for core, shape in enumerate(structure.core_shapes))
    if torch:
        first, call = "generator = torch.Generator().manual_seed(0)", TORCH_RANDOM
    else:
        first, call = "rng = np.random.default_rng(0)", "rng.standard_normal(shape)"
    return [first, "shapes = [", *shapes, "]", f"cores = [{call} for shape in shapes]"]


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
    """Return a core's name and axes for a comment, in ASCII with escapes so that no name can end the line."""
    legs = [f"mode {leg}" for leg in structure.cores[core].legs]
    bonds = [f"bond {ascii(structure.bond_label(bond))[1:-1]}" for bond in structure.core_bonds[core]]
    return f"{ascii(structure.core_label(core))[1:-1]}: {', '.join((*legs, *bonds))}"


TARGETS: dict[str, Callable[[Structure], tuple[list[str], list[str]]]] = {
    "einsum_numpy": _einsum_numpy,
    "einsum_torch": _einsum_torch,
    "tensorly": _tensorly,
    "quimb": _quimb,
}
"""By the name of a target, a function from a structure to import lines and to the lines that contract ``cores``."""
