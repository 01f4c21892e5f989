"""Hash of the entries of a tensor, by which studies, comparisons and stored spectra recognise their data."""

import hashlib

from torch import Tensor


def tensor_hash(tensor: Tensor) -> str:
    """Return a hash of a tensor's entries, in row-major order, as 32 hexadecimal digits; its shape does not count."""
    return hashlib.blake2b(tensor.detach().cpu().contiguous().numpy().data, digest_size=16).hexdigest()
