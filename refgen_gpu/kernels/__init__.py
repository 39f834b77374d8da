"""The CUDA side of the kernels; private."""
