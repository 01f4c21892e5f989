"""Every quantity that tnlab reports, defined once."""

import torch
from torch import Tensor


def relative_error(tensor: Tensor, reconstruction: Tensor) -> float:
    """Return ``|X - X_hat|_F / |X|_F``, evaluated in float64.

    Args:
        tensor: X, any shape, not all zero.
        reconstruction: X_hat, the same shape.

    Raises:
        ValueError: The shapes differ.
    """
    if tensor.shape != reconstruction.shape:
        raise ValueError(f"Shapes must agree, but are {tuple(tensor.shape)} and {tuple(reconstruction.shape)}.")
    residual = tensor.to(torch.float64) - reconstruction.to(torch.float64)
    return float(torch.linalg.vector_norm(residual) / torch.linalg.vector_norm(tensor.to(torch.float64)))


def compression_ratio(entries: int, parameters: int) -> float:
    """Return entries of the tensor over parameters of the network; above 1 is smaller."""
    return entries / parameters
