"""Descent by L-BFGS on numpy or torch vectors: its search direction and its line search.

References:
    Liu 1989: https://doi.org/10.1007/BF01589116
    Lewis 2013 (line search): https://doi.org/10.1007/s10107-012-0514-2
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

# Weak Wolfe conditions (Lewis 2013): least decrease, and steepest slope at the end, in units of the slope at the start.
DECREASE, SLOPE = 1e-4, 0.9
TRIES = 25  # evaluations of one line search
FIRST_STEP = 0.01  # length of the first step, in units of the norm of the point
TINY = 1e-300  # added to a norm that may be zero, before a division
Function = Callable[[Any], tuple[float, Any]]  # from a point to its value and gradient


def descent(function: Function, point: Any, memory: int) -> Iterator[tuple[Any, float, bool]]:
    """Yield after every step, without end, the point, the value there, and whether the step has moved.

    Args:
        function: Returns value and gradient at a point.
        point: Where the descent starts.
        memory: Number of past steps that approximate the inverse Hessian.
    """
    value, gradient = function(point)
    steps: deque[tuple[Any, Any]] = deque(maxlen=memory)
    while True:
        found = line_search(function, point, value, gradient, -inverse_hessian(steps, gradient, point))
        if found is None and steps:  # the approximate Hessian misleads: start it afresh
            steps.clear()
            found = line_search(function, point, value, gradient, -inverse_hessian(steps, gradient, point))
        if found is not None:
            step, change = found[0] - point, found[2] - gradient
            if float(step @ change) > 0:  # of a step at the level of rounding it may vanish
                steps.append((step, change))
            point, value, gradient = found
        yield point, value, found is not None


def inverse_hessian(steps: deque[tuple[Any, Any]], gradient: Any, point: Any) -> Any:
    """Return the L-BFGS approximation of the inverse Hessian times the gradient, by the two-loop recursion.

    Args:
        steps: Pairs of a step and the change of the gradient along it, oldest first; without any, the result is the
            gradient scaled to ``FIRST_STEP`` of the point's norm.
        gradient: The gradient at the point.
        point: The current point.
    """
    if not steps:
        return gradient * (FIRST_STEP * float(point @ point) ** 0.5 / (float(gradient @ gradient) ** 0.5 + TINY))
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
    """Return point, value and gradient of a step along a direction that meets the weak Wolfe conditions.

    After ``TRIES`` evaluations it is the last step that lowers the value enough; None if there is none.

    Args:
        function: Returns value and gradient at a point.
        point: Where the search starts.
        value: The value there.
        gradient: The gradient there.
        direction: The direction; None is returned unless it descends.
    """
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
