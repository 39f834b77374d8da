"""Least squares over a ball, for many small problems, against what users might use.

Run: ``python benchmarks/secular.py``. 10⁴ problems of 8 and of 32 features.
"""

import time

import numpy as np
from _record import medians, store
from numba import config
from scipy.optimize import brentq, minimize
from threadpoolctl import threadpool_limits

from refgen.linalg import ball_constrained_least_squares

N_PROBLEMS = 10_000
N_BY_LOOP = 1_000  # for eigh and brentq, one problem after the other
N_BY_SOLVER = 20  # for a general solver


def problems(n_features):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(N_PROBLEMS, 3 * n_features, n_features))
    theta = rng.normal(size=(N_PROBLEMS, n_features))
    theta /= np.linalg.norm(theta, axis=1, keepdims=True)
    gram = points.swapaxes(1, 2) @ points / points.shape[1]
    moment = (gram @ theta[..., None])[..., 0]
    return gram, moment, rng.uniform(0.2, 1.2, N_PROBLEMS)


def numpy_newton(gram, moment, radius):
    """All problems at once: eigh, then Newton's method on the multipliers."""
    spectrum, vectors = np.linalg.eigh(gram)
    rotated = np.einsum("bij,bi->bj", vectors, moment)
    mu = np.zeros(len(gram))
    active = ((rotated / spectrum) ** 2).sum(axis=1) > radius**2
    for _ in range(60):
        shifted = spectrum + mu[:, None]
        square = ((rotated / shifted) ** 2).sum(axis=1)
        slope = (rotated**2 / shifted**3).sum(axis=1)
        excess = (np.sqrt(square) - radius) / radius
        step = np.where(active, excess * square / slope, 0.0)
        mu += step
        if (abs(step) <= 1e-15 * (mu + spectrum[:, -1])).all():
            break
    solution = rotated / (spectrum + mu[:, None])
    return np.einsum("bij,bj->bi", vectors, solution), mu


def brentq_loop(gram, moment, radius):
    found = []
    for g, m, r in zip(gram, moment, radius, strict=True):
        spectrum, vectors = np.linalg.eigh(g)
        rotated = vectors.T @ m

        def excess(mu, spectrum=spectrum, rotated=rotated, r=r):
            return np.linalg.norm(rotated / (spectrum + mu)) - r

        most = np.linalg.norm(m) / r
        mu = brentq(excess, 0, most, xtol=1e-15) if excess(0) > 0 else 0.0
        found.append(vectors @ (rotated / (spectrum + mu)))
    return np.array(found)


def slsqp_loop(gram, moment, radius):
    found = []
    for g, m, r in zip(gram, moment, radius, strict=True):
        ball = {
            "type": "ineq",
            "fun": lambda t, r=r: r * r - t @ t,
            "jac": lambda t: -2 * t,
        }
        result = minimize(
            lambda t, g=g, m=m: t @ g @ t - 2 * m @ t,
            np.zeros(len(m)),
            jac=lambda t, g=g, m=m: 2 * (g @ t - m),
            constraints=ball,
            method="SLSQP",
        )
        found.append(result.x)
    return np.array(found)


def check(given):
    solution, mu = ball_constrained_least_squares(*given)
    wanted, wanted_mu = numpy_newton(*given)
    # Condition numbers are below 10³ here: 32² roundings times that.
    assert abs(solution - wanted).max() < 1e-10
    assert abs(mu - wanted_mu).max() < 1e-10
    few = [a[:N_BY_LOOP] for a in given]
    assert abs(brentq_loop(*few) - wanted[:N_BY_LOOP]).max() < 1e-10


def cpu_seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def compare(n_features):
    given = problems(n_features)
    check(given)
    some, few = ([a[:n] for a in given] for n in (N_BY_LOOP, N_BY_SOLVER))
    candidates = {
        "refgen": lambda: ball_constrained_least_squares(*given),
        "numpy eigh and Newton, batched": lambda: numpy_newton(*given),
        "numpy eigh and scipy brentq, loop": lambda: brentq_loop(*some),
        "scipy SLSQP, loop": lambda: slsqp_loop(*few),
    }
    sizes = (N_PROBLEMS, N_PROBLEMS, N_BY_LOOP, N_BY_SOLVER)
    timed = medians(candidates)
    for name, size in zip(candidates, sizes, strict=True):
        row = timed[name]
        row["problems"] = size
        row["microseconds_per_problem"] = row["median_seconds"] / size * 1e6
    batched = timed["numpy eigh and Newton, batched"]["microseconds_per_problem"]
    for row in timed.values():
        row["ratio_to_batched_numpy"] = row["microseconds_per_problem"] / batched
    both = list(candidates)[:2]
    cpu = [min(cpu_seconds(candidates[name]) for _ in range(5)) for name in both]
    timed["refgen"]["cpu_ratio_to_batched_numpy"] = cpu[0] / cpu[1]
    return timed


def main():
    with threadpool_limits(1, user_api="blas"):
        results = {f"d = {d}": compare(d) for d in (8, 32)}
    store("secular", results, threads=config.NUMBA_NUM_THREADS)


if __name__ == "__main__":
    main()
