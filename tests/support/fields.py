"""Fields of every kind, the shape of a value, and a property that all values have."""

import numpy as np
from hypothesis import strategies as st

from refgen import domains as dom

SIZES = {"n": 3, "k": 4}


def on_simplex(p):
    return (p >= 0).all() and np.allclose(p.sum(axis=-1), 1, rtol=0, atol=1e-12)


def is_orthogonal(q):
    return np.allclose(q @ q.swapaxes(-1, -2), np.eye(q.shape[-1]), atol=1e-12)


def is_psd(a):
    symmetric = np.allclose(a, a.swapaxes(-1, -2), rtol=0, atol=1e-12)
    return symmetric and (np.linalg.eigvalsh(a) >= -1e-10 * abs(a).max()).all()


FIELDS = {
    "real": (dom.real(-1, 2), (), lambda x: (abs(x - 0.5) <= 1.5).all()),
    "log real": (dom.real(0.1, 10, log=True, shape=("n",)), (3,),
                 lambda x: ((x >= 0.1) & (x <= 10)).all()),
    "integer": (dom.integer(-2, 3), (), lambda x: np.isin(x, range(-2, 4)).all()),
    "choice": (dom.choice(1, 5, shape=(2,)), (2,), lambda x: np.isin(x, (1, 5)).all()),
    "labels": (dom.labels("n", n_classes="k"), (3,),
               lambda x: np.isin(x, range(4)).all()),
    "distribution": (dom.distribution("n", "k"), (3, 4), on_simplex),
    "positive": (dom.distribution("k", positive=True), (4,),
                 lambda p: on_simplex(p) and (p > 0.02).all()),
    "tenths": (dom.distribution("n", "k", denominator=10), (3, 4),
               lambda p: on_simplex(p) and np.allclose(10 * p, np.rint(10 * p))),
    "vector": (dom.vector("n"), (3,), lambda v: np.isfinite(v).all()),
    "unit vector": (dom.vector("n", norm=2), (3,),
                    lambda v: np.allclose((v**2).sum(axis=-1), 4)),
    "matrix": (dom.matrix("n", "k"), (3, 4), lambda a: np.isfinite(a).all()),
    "psd": (dom.matrix("n", "n", kind="psd"), (3, 3), is_psd),
    "symmetric": (dom.matrix("n", "n", kind="symmetric"), (3, 3),
                  lambda a: (a == a.swapaxes(-1, -2)).all()),
    "orthogonal": (dom.matrix("k", "k", kind="orthogonal"), (4, 4), is_orthogonal),
    "stochastic": (dom.matrix("n", "k", kind="stochastic"), (3, 4), on_simplex),
    "spectrum": (dom.spectrum("n", smallest=0.2, largest=10), (3,),
                 lambda v: ((v == 0) | ((v > 0.2 - 1e-9) & (v <= 10))).all()),
    "regular": (dom.spectrum("n", smallest=0.5, largest=10, singular=False), (3,),
                lambda v: ((v > 0.5 - 1e-9) & (v <= 10)).all()),
    "wide": (dom.spectrum("n"), (3,),
             lambda v: ((v == 0) | ((v >= 1e-13) & (v <= 10))).all()),
    "given": (dom.given(st.integers(0, 9)), (), lambda x: np.isin(x, range(10)).all()),
}  # fmt: skip
