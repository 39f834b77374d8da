"""Symmetric eigenproblems in batches: cupy's, which refgen_gpu uses, and torch's.

Answers are judged by LAPACK's own test: |Av − λv| and the difference of eigenvalues are
at most 50 times dε|A| (the threshold of its test programs for eigenproblems).
"""

from functools import partial

import numpy as np

from refgen_gpu.backend import backend
from refgen_gpu.random import Stream

from .contest import alone, compare
from .peers import load_torch, to_host, to_torch
from .timing import fitting, rated, timed

SIZES = (8, 16, 24, 32, 33, 64, 128)
THRESHOLD = 50.0
# Numbers in one batch, and matrices of those sizes that are solved one by one.
ENTRIES = 2**21
MOST_LARGE = 512
# cuSOLVER's Jacobi method in batches takes matrices up to this size.
LARGE = 32
# Seconds for a call's measurements.
SHORT = 0.5


def eigen(sizes=SIZES, entries=ENTRIES):
    """CuPy alone: its speed and residuals, needed whatever the peers do."""
    found = []
    for d in sizes:
        matrices, what = drawn(d, entries)
        judged = judge(matrices)
        timing = timed(
            solve(matrices), lambda w, m=judged: m(w, "ours", w), budget=SHORT
        )
        found.append(alone(what, rated(timing, len(matrices), "/s")))
    return {"entries": found}


def eigen_torch(sizes=SIZES, entries=ENTRIES):
    torch = load_torch()
    found = []
    for d in sizes:
        matrices, what = drawn(d, entries)
        theirs = to_torch(matrices)
        peers = {"torch eigh": lambda a=theirs: lambda: torch.linalg.eigh(a)}
        entry = compare(
            what,
            solve(matrices),
            peers,
            judge(matrices),
            partial(rated, amount=len(matrices), unit="/s"),
            budget=SHORT,
        )
        found.append(entry)
    return {"entries": found}


def drawn(d, entries):
    """Symmetric matrices with normal entries, and what is computed."""
    n = max(1, entries // d**2)
    if d > LARGE:
        n = min(n, MOST_LARGE)
    n = fitting(n, 8 * 8 * d**2)
    a = Stream(0, "benchmark").normal((n, d, d))
    what = f"cupy eigh, {n} of {d} x {d}"
    return a + a.swapaxes(1, 2), what


def solve(matrices):
    return lambda: backend().xp.linalg.eigh(matrices)


def judge(matrices):
    """Residuals over dε|A|, and how far eigenvalues are from cupy's."""
    a = to_host(matrices)
    norms = np.linalg.norm(a, axis=(1, 2))
    unit = a.shape[-1] * np.finfo(np.float64).eps * norms

    def told(ours, label, theirs):
        mine, (values, vectors) = to_host(ours[0]), map(to_host, theirs)
        residuals = np.linalg.norm(a @ vectors - vectors * values[:, None], axis=1)
        residual = float((residuals.max(axis=1) / unit).max())
        apart = float((abs(values - mine).max(axis=1) / unit).max())
        return {
            "agrees": bool(max(residual, apart) <= THRESHOLD),
            "residual": residual,
            "eigenvalues_apart": apart,
        }

    return told
