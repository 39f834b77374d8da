"""Estimates of the disjointedness factor: sums of the kernel have the bits of the CPU.

So do the draws; what differs are sums over draws, logarithms and the exponential.
"""

import numpy as np

from support.mirrors import Case
from support.parity import model


def of_the_result(roundings, *sizes):
    """By the size of each part of a tuple."""
    names = [f"result.{i}" for i in range(len(sizes))]
    return {
        name: model(roundings, size) for name, size in zip(names, sizes, strict=True)
    }


def ends(arguments, want):
    """Ends in [0, 1], where relative entropy falls to its limit without cancelling.

    Its slope at an end is at least that of the square root of the limit L, so that 16
    roundings of terms of the size √L move an end by as many roundings of 1.
    """
    return of_the_result(64, 1.0, 1.0)


def estimate(arguments, want):
    """A mean of n draws in the range, of the size of the largest of them.

    A squared difference of draws, and the square root of a mean of them, carries the
    roundings of the draws, relative to the range.
    """
    largest = np.asarray(want.high) + 4.0
    return of_the_result(256, largest, largest, largest, largest)


def complexity(arguments, want):
    _, norm, _, _, lengths = arguments
    size = 4 * norm * np.asarray(lengths).max(axis=-1) + 1e-300
    return of_the_result(256, size, size, size, size)


def line(arguments, want):
    """A weighted mean of numbers in [0, √m max ℓ]; exponents are those of the CPU."""
    _, lengths = arguments
    return model(2048, 2 * lengths.max(axis=-1))


CASES = {
    "chernoff_interval": Case(ends),
    "disjointedness": Case(estimate),
    "disjointedness_from_chi_square": Case(),
    "disjointedness_ratios": Case(),
    "effective_sample_size": Case(),
    "line_disjointedness": Case(line),
    "paired_bernstein_interval": Case(ends),
    "ratio_variance_bound": Case(),
    "system_complexity": Case(complexity),
}
