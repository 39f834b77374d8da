"""Symmetric eigenproblems in batches: ours, which are CuPy's in chunks, and torch's.

Ours and torch's look whether the solver failed, which has to wait for the device.
torch 2.11 solves matrices above 32 x 32, and with CUDA 13 all of them, one by one, in
about a millisecond each (its issues 175585 and 183806): batches against it are small.

Answers are judged as in LAPACK's tests: |Av − λv| and the difference of eigenvalues are
at most 60 times dε|A|, the threshold of its TESTING/sep.in.
"""

from functools import partial

import numpy as np

from refgen_gpu.backend import backend
from refgen_gpu.kernels.factors import eigh
from refgen_gpu.random import Stream

from .contest import compare
from .peers import load_torch, to_host, to_torch
from .timing import fitting, rated

SIZES = (8, 16, 24, 32, 33, 64, 128)
THRESHOLD = 60.0
# Numbers in one batch, which is a full one, and its matrices where each takes long.
ENTRIES = 2**21
FEW = 512
# Seconds for a call's measurements.
SHORT = 0.5


def eigen(sizes=SIZES, entries=ENTRIES):
    """Ours and CuPy's, on which ours stands."""
    cupy = backend().xp.linalg
    batches = (drawn(d, entries // d**2) for d in sizes)
    return contests(batches, "cupy eigh", lambda a: partial(cupy.eigh, a))


def eigen_torch(sizes=SIZES, entries=ENTRIES, most=FEW):
    torch = load_torch()

    def prepare(matrices):
        return partial(torch.linalg.eigh, to_torch(matrices))

    batches = (drawn(d, min(most, entries // d**2)) for d in sizes)
    return contests(batches, "torch eigh", prepare)


def contests(batches, label, prepare):
    """Ours and one peer on all batches; `prepare` takes one."""
    return {"entries": [contest(matrices, label, prepare) for matrices in batches]}


def contest(matrices, label, prepare):
    n, d = matrices.shape[:2]
    return compare(
        f"eigh, {n} of {d} x {d}",
        partial(eigh, matrices),
        {label: partial(prepare, matrices)},
        judge(matrices),
        partial(rated, amount=n, unit="/s"),
        budget=SHORT,
    )


def drawn(d, n):
    """Symmetric matrices with normal entries."""
    n = fitting(n, 8 * 8 * d**2)
    a = Stream(0, "benchmark").normal((n, d, d))
    return a + a.swapaxes(1, 2)


def judge(matrices):
    """Residuals over dε|A|, and how far eigenvalues are from ours."""
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
