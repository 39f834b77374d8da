"""Slow, obvious versions of the library's sums: loops, dictionaries, fractions."""

from collections import defaultdict
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product

import numpy as np


def rows(array):
    """An array, or nested lists, as nested lists of exact fractions."""
    if isinstance(array, np.ndarray):
        return rows(array.tolist())
    return [rows(a) for a in array] if isinstance(array, list) else Fraction(array)


def error(weights, labels, shares):
    """P(h(X) ≠ Y), summed over points, guesses and labels."""
    return sum(
        w * p[y] * h[k]
        for w, p, h in zip(weights, labels, shares, strict=True)
        for k, y in product(range(len(p)), repeat=2)
        if k != y
    )


def disagreement(weights, shares):
    """P(h(X) ≠ h'(X)), summed over points and pairs of guesses."""
    return error(weights, shares, shares)


def imbalances(weights, labels, shares, key=lambda q: q):
    """{level: a − q w}, by dictionary."""
    z = defaultdict(Fraction)
    for w, p, h in zip(weights, labels, shares, strict=True):
        for pk, hk in zip(p, h, strict=True):
            z[key(hk)] += w * (pk - hk)
    return z


def cace(weights, labels, shares, key=lambda q: q):
    return sum(map(abs, imbalances(weights, labels, shares, key).values()))


def cwce(weights, labels, shares):
    z = defaultdict(Fraction)
    for w, p, h in zip(weights, labels, shares, strict=True):
        for k, (pk, hk) in enumerate(zip(p, h, strict=True)):
            z[k, hk] += w * (pk - hk)
    return sum(map(abs, z.values()))


def top_label_ece(weights, labels, shares):
    z = defaultdict(Fraction)
    for w, p, h in zip(weights, labels, shares, strict=True):
        tops = [k for k, q in enumerate(h) if q == max(h)]
        # A tie is broken by a fair draw.
        z[max(h)] += sum(w * (p[k] - h[k]) for k in tops) / len(tops)
    return sum(map(abs, z.values()))


def wasserstein(weights, labels, shares):
    """Area between the distribution functions of h̃_Y and h̃_Ŷ."""
    z = imbalances(weights, labels, shares)
    levels = sorted(z)
    area, below = Fraction(0), Fraction(0)
    for left, right in pairwise(levels):
        below += z[left]
        area += abs(below) * (right - left)
    return area


def pair_difference(a, b):
    """δ of two hard labels, or of two probability vectors."""
    if isinstance(a, list):
        k = range(len(a))
        return sum(a[i] * b[j] for i, j in product(k, k) if i != j)
    return int(a != b)


def mean_disagreement(runs):
    """The mean over pairs of runs and points, one comparison at a time."""
    values = [
        pair_difference(a, b)
        for one, two in combinations(runs, 2)
        for a, b in zip(one, two, strict=True)
    ]
    return Fraction(sum(values)) / len(values)


def jackknife(runs):
    """Leave out each run, then each point, and compute from scratch each time."""

    def part(values):
        n = len(values)
        mean = Fraction(sum(values)) / n
        return Fraction(n - 1, n) * sum((v - mean) ** 2 for v in values)

    n_runs, n_points = len(runs), len(runs[0])
    without_run = [mean_disagreement(runs[:a] + runs[a + 1 :]) for a in range(n_runs)]
    without_point = [
        mean_disagreement([r[:i] + r[i + 1 :] for r in runs]) for i in range(n_points)
    ]
    return part(without_run) + part(without_point)


def unbiased_variance(runs):
    """D̂² minus the mean over disjoint pairs and distinct points."""
    values = [
        pair_difference(runs[a][i], runs[b][i])
        * pair_difference(runs[c][j], runs[d][j])
        for a, b, c, d in permutations(range(len(runs)), 4)
        for i, j in permutations(range(len(runs[0])), 2)
    ]
    return mean_disagreement(runs) ** 2 - Fraction(sum(values)) / len(values)


def expectation(statistic, classifiers, probabilities, weights, n_runs, n_points):
    """E statistic(runs) over all tuples of classifiers and of points."""
    total = Fraction(0)
    for hs in product(range(len(classifiers)), repeat=n_runs):
        for xs in product(range(len(weights)), repeat=n_points):
            mass = Fraction(1)
            for h in hs:
                mass *= probabilities[h]
            for x in xs:
                mass *= weights[x]
            total += mass * statistic([[classifiers[h][x] for x in xs] for h in hs])
    return total


def ensemble_shares(runs, n_classes):
    """Vote shares of hard labels in range(n_classes), as fractions."""
    return [
        [Fraction(column.count(k), len(runs)) for k in range(n_classes)]
        for column in (list(c) for c in zip(*runs, strict=True))
    ]
