"""Kernels on odd sizes, to be run under AddressSanitizer."""

from support.kernel_checks import draws, levels, votes

_CASES = {
    "random.cu": draws.small_cases,
    "levels.cu": levels.small_cases,
    "votes.cu": votes.small_cases,
}


def small_cases(file, kernels):
    """Run the kernels of a file; each array has an allocation of its own."""
    _CASES[file](kernels)
