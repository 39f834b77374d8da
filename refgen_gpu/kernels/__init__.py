"""The CUDA side of the kernels; private.

Every .cu file has a module of its name that launches its kernels. The module's
``cases(rg, size)`` yields named results of all of them, computed by the package `rg`
from about `size` numbers: the check on a GPU runs the cases of every module there is
under compute-sanitizer, and compares their bits with those of refgen. A module without
a .cu file calls CuPy's libraries, in the way in which they can be relied on.
"""
