"""Steps of L-BFGS: the direction is that of the dense update, and the line search keeps its bracket."""

import itertools
from collections import deque

import numpy as np
import pytest

from tnlab.fitting.lbfgs_steps import DECREASE, SLOPE, descent, inverse_hessian, line_search


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_recursion_is_the_dense_update_of_the_inverse_hessian(count):
    """Nocedal and Wright, equation 7.16, from the scaled identity of equation 7.20."""
    random = np.random.default_rng(count)
    half = random.normal(size=(6, 6))
    hessian = half @ half.T + np.eye(6)
    steps = deque((step, hessian @ step) for step in random.normal(size=(count, 6)))
    step, change = steps[-1]
    inverse = np.eye(6) * (step @ change) / (change @ change)
    for step, change in steps:
        rho = 1 / (change @ step)
        left = np.eye(6) - rho * np.outer(step, change)
        inverse = left @ inverse @ left.T + rho * np.outer(step, step)
    gradient = random.normal(size=6)
    assert np.allclose(inverse_hessian(steps, gradient, random.normal(size=6)), inverse @ gradient)


def test_the_first_step_is_a_hundredth_of_the_point():
    gradient, point = np.array([3.0, 4.0]), np.array([0.0, 20.0])
    assert np.allclose(inverse_hessian(deque(), gradient, point), [0.12, 0.16])  # of length 0.2


def searched(value, slope, start=0.0, direction=1.0):
    """Return what the search along a line found, and the lengths it tried."""
    tried = []

    def function(point):
        tried.append(float(point[0] - start) / direction)
        return value(float(point[0])), np.array([slope(float(point[0]))])

    point, way = np.array([start]), np.array([direction])
    return line_search(function, point, value(start), np.array([slope(start)]), way), tried


@pytest.mark.parametrize("least", [1e-3, 0.03, 0.4, 1.0, 3.0, 1000.0])
@pytest.mark.parametrize("power", [1.5, 2.0, 4.0, 8.0])
def test_a_step_meets_the_weak_wolfe_conditions_and_the_bracket_holds(least, power):
    """Every length lies between the longest too short one and the shortest too long one before it."""

    def value(x):
        return abs(x - least) ** power / power

    def slope(x):
        return float(np.sign(x - least)) * abs(x - least) ** (power - 1)

    found, tried = searched(value, slope)
    assert found is not None
    point, reached, gradient = found
    assert reached == value(float(point[0]))
    assert reached <= value(0.0) + DECREASE * float(point[0]) * slope(0.0)
    assert float(gradient[0]) >= SLOPE * slope(0.0)
    low, high = 0.0, np.inf
    for length in tried:
        assert low < length < high
        if value(length) > value(0.0) + DECREASE * length * slope(0.0):
            high = length
        else:
            low = length


def test_after_a_step_too_long_and_one_too_short_the_bracket_is_halved():
    """A valley with a steep far wall: at 1 the value is too high, at 0.1 the slope is still the full one."""

    def value(x):
        return -x if x < 0.5 else -0.5 + 1e4 * (x - 0.5)

    def slope(x):
        return -1.0 if x < 0.5 else 1e4

    _, tried = searched(value, slope)
    assert tried[:3] == [1.0, 0.1, pytest.approx(0.55)]


def test_no_step_is_found_uphill_or_where_nothing_falls():
    assert searched(lambda x: x * x, lambda x: 2 * x, start=1.0, direction=1.0)[0] is None
    assert searched(lambda x: 1.0 + abs(x), lambda _: -1.0)[0] is None  # a slope that lies


def test_a_step_without_curvature_is_not_kept():
    """Along a line the gradient does not change: the approximate Hessian would divide by zero."""
    points = descent(lambda point: (float(-point.sum()), np.array([-1.0, -1.0])), np.array([1.0, 2.0]), 5)
    assert all(np.isfinite(point).all() for point, _, _ in itertools.islice(points, 4))
