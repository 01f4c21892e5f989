"""W6: a binary tree of ranks 6 over six modes, in closed form and iterated."""

import numpy as np
import torch

from peer_runs import tensors
from peer_runs.base import Goal, Workload, judged, relative
from peer_runs.graphs import enter_typed, follow, quimb_fit
from tnlab import Bond, Core, Structure, decompose, fit
from tnlab.solvers.base import solvers

# ((2, 3), (4, 5)), (0, 1): the tree of tensap's DimensionTree.balanced(6). Its root is a matrix, absorbed here.
STRUCTURE = Structure(
    (8,) * 6,
    (*(Core((mode,)) for mode in range(6)), Core(), Core(), Core(), Core()),
    tuple(Bond(pair, 6) for pair in ((2, 6), (3, 6), (4, 7), (5, 7), (0, 8), (1, 8), (6, 9), (7, 9), (8, 9))),
)
DIRECT = Workload(
    "W6",
    "binary tree of ranks 6, camera 512x512 as 8^6, in closed form",
    tensors.camera_8_6,
    "direct",
    (
        Goal("must", "<= 0.03 s", lambda row: row.seconds <= 0.03),
        Goal("stretch", "0.008 s", lambda row: row.seconds <= 0.008),
    ),
)
ITERATED = Workload(
    "W6it",
    "the same tree, iterated",
    tensors.camera_8_6,
    "traced",
    (Goal("must", "error <= .1744 in <= 0.1 s", lambda row: row.seconds <= 0.1 and row.error <= 0.17445),),
    cap=2.0,
)


@DIRECT.contestant("tnlab tree_svd")
def _(X):
    tensor = torch.from_numpy(X)
    return lambda: fit(tensor, STRUCTURE, solver="tree_svd"), judged(X)


@DIRECT.contestant("tnlab decompose(X, tree, rank=6)")
def _(X):
    return lambda: decompose(torch.from_numpy(X), STRUCTURE, rank=6), judged(X)


@DIRECT.contestant("tensap hsvd(max_rank)", "tensap")
def _(X):
    import tensap

    def run():
        tree = tensap.DimensionTree.balanced(6)
        return tensap.Truncator(tolerance=0, max_rank=6).hsvd(tensap.FullTensor(X), tree)

    return run, lambda model: (relative(X, model.full().numpy()), int(model.storage()))


for _init in ("svd", "random"):

    @ITERATED.contestant(f"tnlab als, {_init} start")
    def _(X, seed, trace, init=_init):
        tensor, generator = torch.from_numpy(X), torch.Generator().manual_seed(seed)
        trace.parameters = STRUCTURE.parameters
        trace.restart()
        follow(trace, solvers["als"](max_sweeps=300).iterate(tensor, STRUCTURE, init=init, generator=generator))


enter_typed(ITERATED, STRUCTURE)


@ITERATED.contestant("quimb fit(tree)", "quimb")
def _(X, seed, trace):
    import quimb.tensor as qtn

    random = np.random.default_rng(seed)
    outer = [f"k{mode}" for mode in range(6)]
    parts = [[outer[mode], f"e{mode}"] for mode in range(6)]
    parts += [["e2", "e3", "f4"], ["e4", "e5", "f5"], ["e0", "e1", "f3"], ["f4", "f5", "f2"], ["f2", "f3"]]
    cores = [random.standard_normal([8 if name[0] == "k" else 6 for name in names]) / 6 for names in parts]
    network = qtn.TensorNetwork([qtn.Tensor(c, inds=names) for c, names in zip(cores, parts, strict=True)])
    norm = np.linalg.norm(network.contract(output_inds=outer).data)
    for tensor in network:
        tensor.modify(data=tensor.data * (np.linalg.norm(X) / norm) ** (1 / len(cores)))
    trace.parameters = sum(core.size for core in cores)
    quimb_fit(network, qtn.TensorNetwork([qtn.Tensor(X, inds=outer)]), trace, method="tree")


__all__ = ["DIRECT", "ITERATED"]
