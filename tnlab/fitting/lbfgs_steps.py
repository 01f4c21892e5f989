"""Steps of L-BFGS, on numpy or torch vectors: a direction from the last steps, and how far to go along it.

References:
    Liu 1989: https://doi.org/10.1007/BF01589116
    Lewis 2013 (line search): https://doi.org/10.1007/s10107-012-0514-2
"""

from collections import deque
from collections.abc import Callable
from typing import Any

DECREASE, SLOPE = 1e-4, 0.9  # of the weak Wolfe conditions
TRIES = 25
Function = Callable[[Any], tuple[float, Any]]


def inverse_hessian(steps: deque[tuple[Any, Any]], gradient: Any, point: Any) -> Any:
    """Return the approximate inverse Hessian times the gradient (two-loop recursion)."""
    if not steps:
        return gradient * (0.01 * float(point @ point) ** 0.5 / (float(gradient @ gradient) ** 0.5 + 1e-300))
    result, weights = gradient, []
    for step, change in reversed(steps):
        curvature = float(step @ change)
        weight = float(step @ result) / curvature
        weights.append((weight, curvature))
        result = result - weight * change
    step, change = steps[-1]
    result = result * (float(step @ change) / float(change @ change))
    for (step, change), (weight, curvature) in zip(steps, reversed(weights), strict=True):
        result = result + step * (weight - float(change @ result) / curvature)
    return result


def line_search(
    function: Function, point: Any, value: float, gradient: Any, direction: Any
) -> tuple[Any, float, Any] | None:
    """Return a point, value and gradient that meet the weak Wolfe conditions; None if no step lowers the value."""
    slope = float(gradient @ direction)
    if not slope < 0:
        return None
    low, high, length, found = 0.0, float("inf"), 1.0, None
    for _ in range(TRIES):
        there = point + length * direction
        new_value, new_gradient = function(there)
        if not new_value <= value + DECREASE * length * slope:
            high = length
            curve = new_value - value - length * slope  # of the parabola through what is known
            guess = -slope * length**2 / (2 * curve) if curve > 0 else 0.0
            length = min(max(guess, low + 0.1 * (high - low)), low + 0.9 * (high - low))
            continue
        found = there, new_value, new_gradient
        if float(new_gradient @ direction) >= SLOPE * slope:
            return found
        low = length
        length = 2 * length if high == float("inf") else (low + high) / 2
    return None if found is None or float((found[2] - gradient) @ direction) <= 0 else found
