"""The Numba side of the kernels; private."""
