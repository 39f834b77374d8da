"""Mixing, leaving out and the best filter."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def relative(X, penalty):
    """Of coefficients and leverages: eigenvalues are backward stable.

    Solutions of (XᵀX/n + ρ)β = m are as wrong as their condition number allows.
    """
    n, p = X.shape[-2:]
    condition = 1 + (X**2).sum(axis=(-1, -2)) / n / penalty
    return model(8 * (p**2 + n), condition**2)


def of_quotient(arguments, want):
    """−⟨e, δ⟩_M / ⟨δ, δ⟩_M, and the gain, which has the square of the numerator."""
    X, y, target, penalty, metric = arguments
    n, p = X.shape[-2:]
    gram = X.swapaxes(1, 2) @ X / n
    shifted = np.linalg.inv(gram + penalty[:, None, None] * np.eye(p))
    beta = np.einsum("bij,bnj,bn->bi", shifted, X, y) / n
    step = penalty[:, None] * np.einsum("bij,bj->bi", shifted, beta)
    along = np.einsum("bi,bij,bj->b", step, metric, step)
    size = np.linalg.norm(metric, axis=(1, 2)) * np.linalg.norm(beta, axis=1)
    reach = np.linalg.norm(beta, axis=1) + np.linalg.norm(target, axis=1)
    return relative(X, penalty) * size * reach / along


def mixing(arguments, want):
    return of_quotient(arguments, want) * (1 + abs(want))


def gain(arguments, want):
    _, y, target, _, metric = arguments
    reach = np.linalg.norm(target, axis=1) + np.linalg.norm(y, axis=1)
    size = np.linalg.norm(metric, axis=(1, 2)) * reach**2
    return of_quotient(arguments, want) * (size + want)


def residuals(arguments, want):
    X, y, penalty, *students = arguments
    size = (1 + abs(y).max(axis=-1)) * 8.0 ** (students or [1])[0]
    return (relative(X, penalty) * size)[:, None]


def of_flow(arguments, want):
    X, y, time = arguments
    return (64 * relative(X, 1 / time) * (1 + abs(y).max(axis=-1)))[:, None]


def left_out(arguments, want):
    """−Σeδ/Σδ²: the steps by refits without each row."""
    X, y, penalty = arguments
    steps = np.zeros(y.shape)
    for b, i in np.ndindex(*y.shape):
        kept = np.arange(y.shape[1]) != i
        inverse = np.linalg.inv(
            X[b, kept].T @ X[b, kept] / len(kept) + penalty[b] * np.eye(X.shape[2])
        )
        beta = inverse @ X[b, kept].T @ y[b, kept] / len(kept)
        steps[b, i] = penalty[b] * X[b, i] @ inverse @ beta
    size = 8 * (1 + abs(y).max(axis=-1)) ** 2 * y.shape[1]
    off = relative(X, penalty) * size / (steps**2).sum(axis=-1)
    return off * (1 + abs(want))


def by_cp(arguments, want):
    X, y, penalty, noise = arguments
    n, p = X.shape[-2:]
    eye = penalty[:, None, None] * np.eye(p)
    inverse = np.linalg.inv(X.swapaxes(1, 2) @ X / n + eye)
    hat = X @ inverse @ X.swapaxes(1, 2) / n
    moved = np.einsum("bij,bj->bi", hat - hat @ hat, y)
    size = (noise**2 + (y**2).sum(axis=-1)) * n
    return relative(X, penalty) * size / (moved**2).sum(axis=-1) * (1 + abs(want))


def excess(arguments, want):
    """Σ w (F − f)² after projections on rows, of which every one has its error.

    A row's error is that of the earlier ones and of its own roundings, times how much
    shorter it becomes by projection.
    """
    share, oracle, weights, k = arguments
    row, basis, off = np.sqrt(weights) * share, [], [np.zeros(len(share))]
    for _ in range(k):
        row = row * (1 - share)
        left = row
        for other in basis * 2:
            left = left - (left * other).sum(axis=-1, keepdims=True) * other
        length = np.linalg.norm(left, axis=-1)
        shorter = np.linalg.norm(row, axis=-1) / length
        off.append((model(8 * (k + share.shape[-1]), 1.0) + 2 * sum(off)) * shorter)
        row = left / length[:, None]
        basis.append(row)
    size = (weights * (share - oracle) ** 2).sum(axis=-1)
    return (model(4 * share.shape[-1], 1.0) + 4 * sum(off)) * size


CASES = {
    "coincident_gain": Case(),
    "cp_mixing": Case(by_cp),
    "flow_left_out_residuals": Case(of_flow),
    "leave_one_out_mixing": Case(left_out),
    "leave_one_out_residuals": Case(residuals),
    "mixed_filter": Case(),
    "mixed_penalty": Case(),
    "mixing_excess": Case(excess),
    "mixing_gain": Case(gain),
    "one_student_oracle": Case(),
    "optimal_mixing": Case(mixing),
    "oracle_mixing": Case(),
}
