"""W8: finding the order in which to contract twenty cores of a random 3-regular graph, and contracting them."""

import time
from functools import partial

import networkx as nx
import numpy as np
import opt_einsum
import torch

from peer_runs.base import Row, Workload
from tnlab import Bond, Core, Network, Structure
from tnlab.network import contraction
from tnlab.network.contraction import contract

PATHS = Workload("W8", "twenty cores, random 3-regular, ranks 4: search and contraction", lambda: None, "paths")
SEEDS = (7, 8, 9)


def graph(seed):
    """Return einsum text, cores, and the network as a structure, which needs a mode: one of size 1 is added."""
    edges = [tuple(sorted(edge)) for edge in nx.random_regular_graph(3, 20, seed=seed).edges()]
    symbol = {edge: opt_einsum.get_symbol(k) for k, edge in enumerate(edges)}
    terms = ["".join(symbol[edge] for edge in edges if core in edge) for core in range(20)]
    random = np.random.default_rng(seed)
    arrays = [random.standard_normal((4,) * len(term)) for term in terms]
    structure = Structure((1,), (Core((0,)), *(Core() for _ in range(19))), tuple(Bond(edge, 4) for edge in edges))
    return terms, arrays, structure


def timed(call):
    begun = time.process_time()
    answer = call()
    return time.process_time() - begun, answer


def opt_einsum_entry(terms, arrays, optimize):
    shapes, text = [a.shape for a in arrays], f"{','.join(terms)}->"
    search = lambda: opt_einsum.contract_expression(text, *shapes, optimize=optimize)  # noqa: E731
    return search, lambda expression: expression(*arrays)


def cotengra_entry(terms, arrays, optimize):
    import cotengra

    sizes = {symbol: 4 for term in terms for symbol in term}
    inputs = [tuple(term) for term in terms]
    search = lambda: cotengra.array_contract_tree(inputs, (), sizes, optimize=optimize)  # noqa: E731
    return search, lambda tree: tree.contract(arrays)


def entries(terms, arrays, structure):
    """Return (name, search, contract) of every method whose library is installed."""
    tnlab_cores = [arrays[0][None], *arrays[1:]]
    tensors = [torch.from_numpy(array) for array in arrays]
    yield "tnlab contract", lambda: None, lambda _: contract(structure, tnlab_cores)
    network = Network(structure, (tensors[0][None], *tensors[1:]))
    yield "tnlab Network.to_tensor()", lambda: None, lambda _: network.to_tensor()
    for optimize in ("greedy", "dp", "auto-hq"):
        yield f"opt_einsum {optimize}", *opt_einsum_entry(terms, arrays, optimize)
    try:
        for optimize in ("greedy", "auto-hq"):
            yield f"cotengra {optimize}", *cotengra_entry(terms, arrays, optimize)
    except ImportError:
        pass
    text = f"{','.join(terms)}->"
    yield "torch.einsum (searches at every call)", lambda: None, lambda _: torch.einsum(text, *tensors)


def searched(search, run):
    found = search()
    return found, run(found)


def measure(repeats):
    """Return a row per way, medians over three graphs: seconds of the first call and of every further one."""
    firsts, laters, answers = {}, {}, {}
    for seed in SEEDS:
        problem = graph(seed)
        for name, search, run in entries(*problem):
            for cached in vars(contraction).values():
                getattr(cached, "cache_clear", lambda: None)()  # the entries of tnlab share what they plan
            try:
                first, (found, answer) = timed(partial(searched, search, run))
                later = [timed(partial(run, found))[0] for _ in range(repeats)]
            except ImportError:
                continue
            firsts.setdefault(name, []).append(first)
            laters.setdefault(name, []).append(float(np.median(later)))
            answers.setdefault(seed, []).append(float(np.asarray(answer).reshape(())))
    for values in answers.values():
        assert np.allclose(values, values[0]), "the contractions disagree"
    return [
        Row(name, seconds=float(np.median(laters[name])), more={"first": float(np.median(firsts[name]))})
        for name in firsts
    ]
