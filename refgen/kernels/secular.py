"""Least squares over a ball, for many small problems: Newton's method on μ.

With θ(μ) = (G + μI)⁻¹ m, the function 1/‖θ(μ)‖ is concave and increasing. Newton's
method that starts below the root stays below it. It needs few steps because the
function is nearly a line.
"""

import numpy as np

from refgen.kernels import compiled
from refgen.kernels.threads import in_threads

# The most steps ever seen were 26, for entries spread over 300 decades.
STEPS = 60

# The first multiplier need not be exact, but must not be above the root.
_CHEAP_STEPS = 8
_CLOSE, _BELOW = 1 + 1e-3, 1 - 1e-12
_NEGLIGIBLE = 1e-20

# Operations per problem, divided by the cube of its size: about four factorizations.
_OPERATIONS = 4

# Relative excesses of the norm: below the first one steps are of third order; below the
# second one the error after a step, about its cube, is below the rounding unit.
_SMALL_EXCESS, _LAST_EXCESS = 0.1, 3e-6


def _plain(*arrays):
    """Contiguous, writable arrays: Numba would compile again for other kinds."""
    return [np.require(a, None, ["C", "A", "W"]) for a in arrays]


def secular_roots(spectrum, scaled):
    """μ ≥ 0 with Σ (scaled/(spectrum + μ))² = 1 for each row; 0 if Σ ≤ 1 at μ = 0."""
    out = np.zeros(len(spectrum))
    _roots(*_plain(spectrum, scaled), out)
    return out


@compiled
def _roots(spectrum, scaled, out):
    n_rows, n = spectrum.shape
    for row in range(n_rows):
        # Every term is at most 1 at the root: from here on nothing overflows.
        root = 0.0
        for k in range(n):
            root = max(root, abs(scaled[row, k]) - spectrum[row, k])
        for _ in range(STEPS):
            total, slope = 0.0, 0.0
            for k in range(n):
                if scaled[row, k] != 0.0:
                    shifted = spectrum[row, k] + root
                    ratio = scaled[row, k] / shifted
                    total += ratio * ratio
                    slope += ratio * ratio / shifted
            if total <= 1.0 and root == 0.0:
                break
            moved = root + (np.sqrt(total) - 1.0) * (total / slope)
            if moved <= root:
                # Exact steps only go up: by rounding, this one has passed the root.
                root = max(moved, 0.0)
                break
            root = moved
        out[row] = root


@compiled
def _factor(gram, shift, least, upper):
    """The upper Cholesky factor of G + shift·I; False if a pivot is at most `least`.

    Its diagonal holds reciprocals, which the substitutions multiply with.
    """
    n = len(gram)
    for i in range(n):
        for j in range(i, n):
            upper[i, j] = gram[i, j]
        upper[i, i] += shift
    # Two pivots at a time, and whole rows: half of the memory traffic.
    for k in range(0, n - 1, 2):
        if not upper[k, k] > least:
            return False
        scale = 1.0 / np.sqrt(upper[k, k])
        upper[k, k] = scale
        for j in range(k + 1, n):
            upper[k, j] *= scale
        first = upper[k, k + 1]
        pivot = upper[k + 1, k + 1] - first * first
        if not pivot > least:
            return False
        scale = 1.0 / np.sqrt(pivot)
        upper[k + 1, k + 1] = scale
        for j in range(k + 2, n):
            upper[k + 1, j] = (upper[k + 1, j] - first * upper[k, j]) * scale
        for i in range(k + 2, n):
            first, second = upper[k, i], upper[k + 1, i]
            for j in range(i, n):
                upper[i, j] -= first * upper[k, j] + second * upper[k + 1, j]
    if n % 2:
        if not upper[n - 1, n - 1] > least:
            return False
        upper[n - 1, n - 1] = 1.0 / np.sqrt(upper[n - 1, n - 1])
    return True


@compiled
def _forward(upper, rhs):
    """Solve Uᵀ y = rhs in place; returns the squared norm of y."""
    n, square = len(rhs), 0.0
    for k in range(n):
        rhs[k] *= upper[k, k]
        square += rhs[k] * rhs[k]
        for j in range(k + 1, n):
            rhs[j] -= upper[k, j] * rhs[k]
    return square


@compiled
def _backward(upper, rhs):
    """Solve U x = rhs in place; returns the squared norm of x."""
    square = 0.0
    for k in range(len(rhs) - 1, -1, -1):
        rest = rhs[k]
        for j in range(k + 1, len(rhs)):
            rest -= upper[k, j] * rhs[j]
        rhs[k] = rest * upper[k, k]
        square += rhs[k] * rhs[k]
    return square


@compiled
def _product(gram, vector, out):
    """Write G·vector to `out`; returns vectorᵀG·vector and |vector|²."""
    n, form, square = len(vector), 0.0, 0.0
    out[:] = 0.0
    for i in range(n):
        rest = gram[i, i] * vector[i]
        for j in range(i + 1, n):
            rest += gram[i, j] * vector[j]
            out[j] += gram[i, j] * vector[i]
        out[i] += rest
    for i in range(n):
        form += out[i] * vector[i]
        square += vector[i] * vector[i]
    return form, square


@compiled
def _first_multiplier(gram, moment, radius, vector, image):
    """A multiplier below the root, from two steps of Lanczos's method.

    They give Gauss's rule for ‖θ(μ)‖²: |m|²((c + μ)² + b)/((a + μ)(c + μ) − b)². It is
    below ‖θ(μ)‖², as 1/(λ + μ)² has positive derivatives of even order.
    """
    n = len(moment)
    form, square = _product(gram, moment, image)
    if square == 0.0:
        return 0.0
    length, a = np.sqrt(square), form / square
    root = max(0.0, length / radius - a)  # by the rule of one node
    for k in range(n):
        vector[k] = image[k] - a * moment[k]
    form, rest = _product(gram, vector, image)
    b = rest / square
    if not b > _NEGLIGIBLE * a * a:
        return root
    c = form / rest
    for _ in range(_CHEAP_STEPS):
        first, second = a + root, c + root
        determinant = first * second - b
        if not determinant > 0.0:
            return root
        # The solution of two unknowns, and the slope of its norm.
        x, y = second / determinant, -np.sqrt(b) / determinant
        norm = np.sqrt(x * x + y * y)
        u = (second * x - np.sqrt(b) * y) / determinant
        v = (first * y - np.sqrt(b) * x) / determinant
        excess = norm * length / radius - 1.0
        moved = root + excess * norm * norm / (x * u + y * v)
        if moved <= root * _CLOSE:
            break
        root = moved
    return root * _BELOW


@compiled
def _copy(source, target):
    # An assignment to a slice takes seconds to compile: it may have to format an error.
    for k in range(len(source)):
        target[k] = source[k]


@compiled
def _newton(gram, moment, radius, tolerance, upper, theta, other):
    """Solve one problem into `theta`; returns μ, or −1 if a factorization failed."""
    root = _first_multiplier(gram, moment, radius, theta, other)
    largest = 0.0
    for k in range(len(gram)):
        largest = max(largest, gram[k, k])
    for _ in range(STEPS):
        if not _factor(gram, root, tolerance * (largest + root), upper):
            return -1.0
        _copy(moment, theta)
        _forward(upper, theta)
        norm = np.sqrt(_backward(upper, theta))
        excess = (norm - radius) / radius
        if excess <= 0.0 and root == 0.0:
            return 0.0
        _copy(theta, other)
        first = _forward(upper, other)
        second = _backward(upper, other)
        step = excess * (norm * norm / first)
        if abs(excess) <= _SMALL_EXCESS:
            # Chebyshev's correction of Newton's step: errors are cubed, not squared.
            step *= 1.0 + 1.5 * step * (second / first - first / (norm * norm))
        root = max(root + step, 0.0)
        if abs(excess) <= _LAST_EXCESS:
            _finish(upper, theta, step, other, radius)
            return root
    return -1.0


@compiled
def _finish(upper, theta, step, slope, radius):
    """Turn θ(μ) into θ(μ + step), to second order, and set its length to `radius`."""
    for k in range(len(theta)):
        theta[k] -= step * slope[k]
    _forward(upper, slope)
    _backward(upper, slope)
    square = 0.0
    for k in range(len(theta)):
        theta[k] += step * step * slope[k]
        square += theta[k] * theta[k]
    scale = radius / np.sqrt(square)
    for k in range(len(theta)):
        theta[k] *= scale


@compiled
def _newton_each(gram, moment, radius, tolerance, solution, multiplier):
    n_problems, n = moment.shape
    upper, other = np.empty((n, n)), np.empty(n)
    for i in range(n_problems):
        multiplier[i] = _newton(
            gram[i], moment[i], radius[i], tolerance, upper, solution[i], other
        )


def ball_by_cholesky(gram, moment, radius, tolerance):
    """Solutions and multipliers; μ = −1 where G + μI may be singular.

    That is where a pivot is at most `tolerance` times the largest diagonal entry. Only
    upper triangles are read.
    """
    n_problems, n = moment.shape
    solution, multiplier = np.zeros((n_problems, n)), np.zeros(n_problems)
    arrays = _plain(gram, moment, radius)

    def part(start, stop):
        rows = slice(start, stop)
        given = [a[rows] for a in arrays]
        _newton_each(*given, tolerance, solution[rows], multiplier[rows])

    in_threads(n_problems, _OPERATIONS * n**3, part)
    return solution, multiplier
