"""Move what stands on a bond: widen it without changing the tensor, narrow it with the least change nearby."""

import torch
from torch import Tensor

from tnlab.network.unfolding import unfolding


def widen(
    arrays: dict[int, Tensor], axes: dict[int, int], extra: int, *, first: int, generator: torch.Generator
) -> None:
    """Widen a bond by ``extra`` in place without changing the tensor: zeros in one core, random entries in the others.

    The zeros must stand in the core that is updated first: it can use the others' random entries at once, while
    an update of those against zeros would make them zero too, and the new rank would stay empty for ever.

    Args:
        arrays: The cores the bond joins, by core index; replaced by wider ones.
        axes: The bond's axis in each of them.
        extra: How much larger the bond gets.
        first: The core that gets the zeros.
        generator: Source of the random entries.
    """
    for core, array in arrays.items():
        shape = list(array.shape)
        shape[axes[core]] = extra
        if core == first:
            pad = array.new_zeros(shape)
        else:
            size = array.square().mean().sqrt()
            pad = torch.randn(shape, generator=generator, dtype=torch.float64).to(array) * size
        arrays[core] = torch.cat([array, pad], dim=axes[core])


def narrow(arrays: dict[int, Tensor], axes: dict[int, int], rank: int) -> None:
    """Narrow a bond to ``rank`` in place.

    Between two cores, what is kept is the best rank-``rank`` approximation of the two cores contracted
    (on a tree in canonical form, of the whole tensor). Of a hyper-bond, the heaviest components are kept.
    """
    if len(arrays) > 2:
        weight = torch.stack([unfolding(arrays[core], axes[core]).norm(dim=1).log() for core in arrays]).sum(0)
        kept = weight.argsort(descending=True)[:rank].sort().values
        for core, array in arrays.items():
            arrays[core] = array.index_select(axes[core], kept)
        return
    (first, left), (second, right) = arrays.items()
    left_q, left_r = torch.linalg.qr(unfolding(left, axes[first]).T)
    right_q, right_r = torch.linalg.qr(unfolding(right, axes[second]).T)
    u, s, vh = torch.linalg.svd(left_r @ right_r.T, full_matrices=False)
    found = min(rank, len(s))
    weight = s[:found].sqrt()
    arrays[first] = _from_matrix((left_q @ u[:, :found] * weight).T, left, axes[first], rank)
    arrays[second] = _from_matrix((right_q @ vh[:found].T * weight).T, right, axes[second], rank)


def _from_matrix(matrix: Tensor, like: Tensor, axis: int, rank: int) -> Tensor:
    rest = [size for place, size in enumerate(like.shape) if place != axis]
    full = matrix.new_zeros(rank, matrix.shape[1])
    full[: len(matrix)] = matrix
    return full.reshape(rank, *rest).movedim(0, axis)
