"""Numerical parts that solvers are made of: none of them is a solver, each does one step of a fit.

``sweep`` and ``entries`` update core after core by least squares, on a dense tensor and on known entries;
``truncation`` holds truncated SVDs, ``cross`` cross approximation. ``svd_start`` and ``warm_start`` make starting
cores, ``least_squares`` and ``lbfgs_steps`` serve gradient methods, ``memory`` predicts the bytes of a fit.
"""
