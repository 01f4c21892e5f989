"""Every function that takes data takes it as people have it: at any scale, of any real type, never complex."""

import functools

import numpy as np
import pytest
import torch

import tnlab
from tnlab.data.observed import Observed
from tnlab.data.planted_tensors import planted
from tnlab.data.source import Source
from tnlab.data.tensor_function import TensorFunction
from tnlab.errors import ComplexError
from tnlab.formats import formats
from tnlab.interop import arrays
from tnlab.metrics import relative_error, shifted
from tnlab.network.entries import entries
from tnlab.network.network import Network
from tnlab.solvers import solvers
from tnlab.solvers.choose_rank import choose_rank
from tnlab.solvers.fit import fit
from tnlab.solvers.robust import Robust
from tnlab.structure_search.engines.base import engines
from tnlab.structure_search.resume import resumed
from tnlab.structure_search.studies.reader import opened
from tnlab.testing.solvers import SolverContract, explicit_error

SCALES = {  # powers of two near 1e-300, 1e-13, 1e4, 1e300 and 1e-30, 1e30
    torch.float64: (-996, -43, 13, 996),
    torch.float32: (-99, 99),
}
TRAIN = formats["tt"].build((3, 4, 3), 2)
NOISY = planted(TRAIN, noise=0.1)


def contract(name):
    suite = SolverContract()
    suite.solver = name
    return suite


def fitted(name, tensor, exponent=0, init="svd", **settings):
    """Return the fit of a tensor times a power of two by a solver of the registry."""
    suite = contract(name)
    settings |= {"held_out": 0.0} if suite.part.takes == "observed" else {}
    solver = suite.part(max_sweeps=12, **settings)
    return fit(suite.data(shifted(tensor, exponent)), suite.structure, init=init, solver=solver)


@pytest.mark.parametrize("init", ["svd", "random"])
@pytest.mark.parametrize("dtype", SCALES, ids=str)
@pytest.mark.parametrize("name", list(solvers))
def test_a_fit_does_not_depend_on_the_scale(name, dtype, init):
    tensor = contract(name).tensor(dtype)
    plain = fitted(name, tensor, init=init)
    for exponent in SCALES[dtype]:
        far = fitted(name, tensor, exponent, init=init)
        assert far.history[0] == pytest.approx(plain.history[0], rel=1e-9)
        assert far.status is plain.status
        assert far.relative_error == pytest.approx(plain.relative_error, rel=1e-9)
        assert far.relative_error == pytest.approx(explicit_error(shifted(tensor, exponent), far), abs=1e-12)
        assert (far.objective or 0.0) == pytest.approx(plain.objective or 0.0, rel=1e-9)


@pytest.mark.parametrize("exponent", SCALES[torch.float64])
def test_gross_errors_are_found_at_every_scale(exponent):
    """A few entries are wrong by ten times the largest: the fit of the others is not disturbed, whatever the unit."""
    clean = planted(TRAIN, seed=3)
    spoiled = clean.clone()
    spoiled[0, 0, 0], spoiled[2, 1, 2] = 10 * clean.abs().max(), -10 * clean.abs().max()
    for delta in (None, 1e-3):
        solvers_ = [Robust(delta=delta and delta * 2.0**power) for power in (0, exponent)]
        plain, far = (
            fit(shifted(spoiled, power), TRAIN, solver=solver)
            for power, solver in zip((0, exponent), solvers_, strict=True)
        )
        assert far.status is plain.status
        assert far.relative_error == pytest.approx(plain.relative_error, rel=1e-9)


@pytest.mark.parametrize("exponent", SCALES[torch.float64])
@pytest.mark.parametrize("name", ["tt", "tr", "tucker", "cp", "fully_connected"])
def test_a_target_error_chooses_the_same_ranks_at_every_scale(name, exponent):
    plain, far = (tnlab.decompose(shifted(NOISY, power), name, target_error=0.3) for power in (0, exponent))
    assert far.structure == plain.structure
    assert (far.relative_error, far.status) == (pytest.approx(plain.relative_error, rel=1e-9), plain.status)


@pytest.mark.parametrize("exponent", SCALES[torch.float64])
def test_bounds_ranks_and_errors_are_those_of_every_scale(exponent):
    far = shifted(NOISY, exponent)
    bounds = [tnlab.error_bound(X, formats["tt"].build((3, 4, 3), 1)).error_bound for X in (NOISY, far)]
    assert bounds[1] == pytest.approx(bounds[0], rel=1e-12)
    needed = [tnlab.parameter_bound(X, 0.3, family="tree").parameters for X in (NOISY, far)]
    assert needed[0] == needed[1]
    chosen = [choose_rank(X, "cp", (1, 2), max_sweeps=10) for X in (NOISY, far)]
    assert chosen[0].rank == chosen[1].rank
    assert chosen[1].held_out_errors == pytest.approx(chosen[0].held_out_errors, rel=1e-9)
    assert relative_error(far, shifted(NOISY * 1.5, exponent)) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("exponent", SCALES[torch.float64])
def test_a_network_to_go_on_from_is_one_of_the_data(exponent):
    start = fit(NOISY, TRAIN, max_sweeps=2).network
    far = fit(shifted(NOISY, exponent), TRAIN, max_sweeps=2).network
    for name in ("als", "lbfgs", "adam", "completion_als"):
        plain = fit(NOISY, TRAIN, solver=name, init=start, max_sweeps=3)
        moved = fit(shifted(NOISY, exponent), TRAIN, solver=name, init=far, max_sweeps=3)
        assert moved.history == pytest.approx(plain.history, rel=1e-6)


@pytest.mark.parametrize("mode", [torch.inference_mode, torch.no_grad, torch.enable_grad])
@pytest.mark.parametrize("name", list(solvers))
def test_every_mode_of_autograd_gives_the_same_fit(name, mode):
    tensor = contract(name).tensor()
    plain = fitted(name, tensor)
    with mode():
        found = fitted(name, contract(name).tensor().requires_grad_(mode is not torch.inference_mode))
    assert found.relative_error == pytest.approx(plain.relative_error, rel=1e-9)
    assert not any(core.requires_grad or core.is_inference() for core in found.network.cores)


CALLS = {
    "fit": lambda X: fit(X, TRAIN, max_sweeps=2),
    "fit with a mask": lambda X: fit(X, TRAIN, mask=np.ones((3, 4, 3), bool), max_sweeps=2),
    "decompose": lambda X: tnlab.decompose(X, "tt", rank=2),
    "decompose to an error": lambda X: tnlab.decompose(X, "cp", target_error=0.5),
    "choose_rank": lambda X: choose_rank(X, "cp", [1], max_sweeps=2),
    "search": lambda X: tnlab.search(X, target_error=0.5, max_evaluations=1),
    "error_bound": lambda X: tnlab.error_bound(X, TRAIN),
    "parameter_bound": lambda X: tnlab.parameter_bound(X, 0.5),
    "CutSpectra": tnlab.CutSpectra,
    "Observed.from_mask": lambda X: Observed.from_mask(X, np.ones((3, 4, 3), bool)),
    "Observed.from_nan": Observed.from_nan,
    "Observed.random_part": lambda X: Observed.random_part(X, 0.5),
    "Source": Source.of,
    "from_einsum": lambda X: arrays.from_einsum("abc->abc", [X]),
    "TensorFunction": lambda X: fit(TensorFunction((3, 4, 3), lambda at: _at(X, at)), TRAIN, max_sweeps=2),
}
GIVEN = {
    "float64": NOISY,
    "float32": NOISY.float(),
    "bfloat16": NOISY.bfloat16(),
    "half": NOISY.half(),
    "gradients": NOISY.clone().requires_grad_(),
    "transposed": NOISY.movedim(0, 2).contiguous().movedim(2, 0),
    "integers": (100 * NOISY).to(torch.int32),
    "bytes": (100 * NOISY.abs()).to(torch.uint8),
    "truth values": NOISY > 0,
    "numpy": NOISY.numpy(),
    "numpy of integers": (100 * NOISY).numpy().astype(">i2"),
    "read-only numpy": np.broadcast_to(NOISY.numpy()[:1] + 1, (3, 4, 3)),
    "masked array": np.ma.masked_array(NOISY.numpy()),
    "lists": NOISY.tolist(),
}


def _at(X, at):
    """Return the entries of an array of any library at indices, as a function of a user might compute them."""
    return X[tuple(at.T)] if isinstance(X, torch.Tensor) else np.asarray(X)[tuple(at.numpy().T)]


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("call", CALLS)
def test_every_door_takes_every_real_array(call, given):
    CALLS[call](GIVEN[given])


@pytest.mark.parametrize("kind", ["torch", "numpy", "list"])
@pytest.mark.parametrize("call", CALLS)
def test_every_door_refuses_complex_entries_in_the_same_sentence(call, kind):
    X = NOISY * (1 + 0.5j)
    with pytest.raises(ComplexError, match="Complex entries cannot be used, only real ones"):
        CALLS[call](X if kind == "torch" else X.numpy() if kind == "numpy" else X.tolist())


def test_networks_refuse_complex_entries():
    cores = Network.random(TRAIN, generator=torch.Generator().manual_seed(0)).cores
    network = Network(TRAIN, cores)
    for make in (
        lambda: Network(TRAIN, (cores[0] * 1j, *cores[1:])),
        lambda: network.to(torch.complex128),
        lambda: tnlab.arithmetic.scale(network, 1j),
        lambda: tnlab.arithmetic.mode_product(network, 0, torch.eye(3) * 1j),
        lambda: Network.random(TRAIN, generator=torch.Generator(), dtype=torch.complex64),
        lambda: Observed.from_entries((3,), [[0]], [1j]),
        lambda: relative_error(NOISY * 1j, NOISY),
    ):
        with pytest.raises(ComplexError):
            make()


ARGUMENTS = {
    "modes": lambda n: formats["tt"].build((n(3), n(4)), 2).modes,
    "list of modes": lambda n: formats["tt"].build([n(3), 4], 2).modes,
    "structure": lambda n: tnlab.Structure([n(3)], [tnlab.Core([n(0)])]).modes,
    "bond": lambda n: tnlab.Bond([n(0), n(1)], n(2)),
    "rank": lambda n: formats["tt"].build((3, 4), n(2)).ranks,
    "seed": lambda n: fit(NOISY, TRAIN, seed=n(3), max_sweeps=n(2), restarts=n(1)).relative_error,
    "solver": lambda n: fit(NOISY, TRAIN, solver=solvers["als"](max_sweeps=n(2))).relative_error,
    "decompose": lambda n: tnlab.decompose(NOISY, "cp", rank=n(2), max_sweeps=n(2)).relative_error,
    "choose_rank": lambda n: choose_rank(NOISY, "cp", [n(1), n(2)], seed=n(3), max_sweeps=n(2)).rank,
    "search": lambda n: (
        tnlab.search(
            NOISY, target_error=0.5, seed=n(1), max_evaluations=n(2), max_rank=n(2), max_sweeps=n(5), ahead=n(1)
        ).parameters
    ),
    "parameter_bound": lambda n: tnlab.parameter_bound(NOISY, 0.5, max_rank=n(2), family="tree").parameters,
    "round_network": lambda n: tnlab.round_network(fit(NOISY, TRAIN).network, ranks=[n(1), n(1)]).relative_error,
    "planted": lambda n: float(planted(TRAIN, seed=n(3)).norm()),
    "observed": lambda n: Observed.from_entries([n(3), n(2)], [[n(2), n(1)]], [n(5)]).places.tolist(),
    "entries": lambda n: float(entries(fit(NOISY, TRAIN).network, [[n(1), n(2), n(2)]])),
    "select": lambda n: tnlab.arithmetic.select(fit(NOISY, TRAIN).network, {0: n(1)}).structure.modes,
}


@pytest.mark.parametrize(
    "kind", [np.int64, np.uint8, np.int32, functools.partial(np.array, dtype=np.int64), torch.tensor]
)
@pytest.mark.parametrize("call", ARGUMENTS)
def test_whole_numbers_of_every_library_are_whole_numbers(call, kind):
    """Two fits agree to rounding: sums over arrays that lie at other addresses are rounded in another order."""
    wanted = ARGUMENTS[call](int)
    assert ARGUMENTS[call](kind) == (pytest.approx(wanted, rel=1e-9) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize("wrong", [1.5, np.array([1]), "2", True], ids=repr)
@pytest.mark.parametrize("name", ["max_sweeps", "restarts"])
def test_what_is_no_whole_number_is_told_so(name, wrong):
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1"):
        fit(NOISY, TRAIN, **{name: wrong})


@pytest.mark.parametrize("engine", list(engines))
@pytest.mark.parametrize("exponent", [-996, -43, 60])
def test_a_search_does_not_depend_on_the_scale(engine, exponent):
    plain, far = (
        tnlab.search(shifted(NOISY, power), target_error=0.3, engine=engine, max_evaluations=2)
        for power in (0, exponent)
    )
    assert (far.structure, far.reached) == (plain.structure, plain.reached)
    assert far.relative_error == pytest.approx(plain.relative_error, rel=1e-6)
    assert relative_error(shifted(NOISY, exponent), far.network.to_tensor()) == pytest.approx(
        far.relative_error, abs=1e-12
    )


@pytest.mark.parametrize("exponent", [-996, -43, 996])
def test_networks_of_a_study_are_those_of_the_data_also_after_it_is_resumed(exponent, tmp_path):
    X, place = shifted(NOISY, exponent), str(tmp_path / "study.jsonl")
    tnlab.search(X, target_error=0.1, engine="growth", max_evaluations=1, seed=0, study=place)
    again = resumed(place, tensor=X, max_evaluations=3)
    for _ in again.search:
        pass
    reader = opened(place)
    assert len(reader.evaluations) > again.evaluations > 0
    kept = [(reader.network(one.number), one.relative_error) for one in reader.evaluations]
    kept += [(one.network, one.relative_error) for one in again.search.result.pareto]
    found = [relative_error(X, network.to_tensor()) for network, _ in kept]
    assert found == pytest.approx([error for _, error in kept], abs=1e-9)
