"""Checks of kernels against plain Python and NumPy.

A check takes `kernels`, which is called like an `Emulated`.
"""

# Grid, block and the seed of the order of threads.
SHAPES = [((1,), (1,), 0), ((3,), (33,), 1), ((9,), (64,), 2)]
