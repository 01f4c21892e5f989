"""Multiplication of a network by a power of two, which is exact in floats, and keeps its cores within their range."""

import math
from dataclasses import replace

import torch

from tnlab.metrics import binary_exponent, shifted
from tnlab.network.network import Network

BITS = 45  # of a core's norm that are kept above the least float, so that small entries lose no digits that count


def times_power_of_two(network: Network, exponent: int, *, back: bool = False) -> Network:
    """Return the network of a tensor times ``2^exponent``.

    One core takes the factor: the one of least norm, which in a network of orthonormal cores and a tensor of norm below
    1 is the one that is not orthonormal, or a larger one where entries would fall below the range of floats. Where no
    core can take it within that range, all cores share the factor.

    Args:
        network: Any network.
        exponent: Any whole number.
        back: Whether an earlier multiplication is undone: then the core of largest norm takes a factor below 1, as it
            is the one that took the factor above 1.
    """
    if not exponent:
        return network
    found = [binary_exponent(core) for core in network.cores]
    norms = [norm or 0 for norm in found]
    known = [place for place, norm in enumerate(found) if norm is not None]
    if not known:
        return network  # all zero
    known.sort(key=lambda place: (norms[place], float(shifted(network.cores[place], -norms[place]).norm())))
    limits = torch.finfo(network.cores[0].dtype)
    least, most = math.frexp(limits.smallest_normal * limits.eps)[1] + BITS, math.frexp(limits.max)[1] - 1
    wanted = math.inf if back and exponent < 0 else least
    place = next((place for place in known if norms[place] + exponent >= wanted), known[-1])
    shares = [0] * len(norms)
    shares[place] = exponent
    if not least <= norms[place] + exponent <= most:
        share, rest = divmod(exponent, len(norms))
        shares = [share + (at < rest) for at in range(len(norms))]
    return replace(network, cores=tuple(map(shifted, network.cores, shares)))
