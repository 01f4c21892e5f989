"""Alternating least squares on a dense tensor: a sweep updates every core once, each by its normal equations.

Read in this order; ``plan_sweep(structure)`` returns the program, ``NormalEquations.solve`` is called by it.

* ``plan``: what a plan is and which of two is taken: along a dimension tree, or with explicit environments.
* ``dimension_tree``: chooses the binary tree over the cores whose sweep takes the fewest operations.
* ``tree_plan``: compiles that tree to a straight-line program of contractions and core updates.
* ``steps``: the instructions of that program, and ``SweepPlan``, which runs them on a list of arrays.
* ``normal_equations``: solves ``A G = B`` for one core, and reads the error of the fit off the equations.
* ``evened``: runs the sweeps, and balances the cores where their normal equations would keep few digits.
* ``fading_ridge``: the penalty added to G in the first sweeps, and its decay.
"""
