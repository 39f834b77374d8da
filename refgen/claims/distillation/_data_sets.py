"""Small data sets for ridge regression, and teachers and students by equations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import integer, matrix, real, record, vector


@dataclass(frozen=True, repr=False)
class RidgeCase(Instance):
    """Data, a target with a risk, a penalty and a mix.

    Attributes
    ----------
    X : array of shape (..., n, p)
    y : array of shape (..., n)
    target : array of shape (..., p)
        β*.
    root : array of shape (..., p, p)
        A, of the risk's matrix M = AAᵀ + I/10.
    penalty, mixing : arrays of shape (...)
        ρ and ξ.
    """

    X: Any
    y: Any
    target: Any
    root: Any
    penalty: Any
    mixing: Any

    @property
    def metric(self) -> Any:
        """M."""
        xp, p = namespace(self.root), self.root.shape[-1]
        return xp.matmul(self.root, self.root.swapaxes(-1, -2)) + xp.eye(p) / 10

    @property
    def moment(self) -> Any:
        """Xᵀy/n."""
        return moment(self.X, self.y)

    @property
    def gram(self) -> Any:
        """XᵀX/n."""
        flipped = self.X.swapaxes(-1, -2)
        return namespace(self.X).matmul(flipped, self.X) / self.X.shape[-2]

    @property
    def condition(self) -> Any:
        """A bound on the condition number of XᵀX/n + ρI."""
        size = (self.X * self.X).sum(axis=(-1, -2)) / self.X.shape[-2]
        return 1 + size / self.penalty


def cancelled(X: Any, y: Any) -> tuple[Any, Any]:
    """Σ|xᵢyᵢ|/n of each feature, and how much larger it is than Xᵀy/n, as norms.

    The second multiplies what rounding does to a quotient by Xᵀy.
    """
    terms, found = moment(abs(X), abs(y)), moment(X, y)
    xp = namespace(terms)
    size, left = (xp.sqrt((a * a).sum(axis=-1)) for a in (terms, found))
    return terms, xp.where(left > 0, size / xp.where(left > 0, left, 1.0), 1.0)


def moment(X: Any, y: Any) -> Any:
    """Xᵀy/n."""
    return (X * y[..., None]).sum(axis=-2) / X.shape[-2]


def outputs(X: Any, coefficients: Any) -> Any:
    """Xβ."""
    return (X * coefficients[..., None, :]).sum(axis=-1)


def solved(rg: Any, gram: Any, penalty: Any, rhs: Any) -> Any:
    """(G + ρI)⁻¹ rhs, by Cholesky."""
    eye = namespace(gram).eye(gram.shape[-1])
    shifted = gram + penalty[..., None, None] * eye
    return rg.linalg.solve_positive(shifted, rhs[..., None])[..., 0]


def students(rg: Any, gram: Any, penalty: Any, labels: Any, mixing: Any) -> Any:
    """Coefficients of students in turn on (1 − ξ) labels + ξ outputs.

    `labels` is Xᵀy/n, and `mixing` has the ξ of one student after the other.
    """
    beta = solved(rg, gram, penalty, labels)
    for xi in mixing:
        taught = namespace(gram).matmul(gram, beta[..., None])[..., 0]
        mixed = (1 - xi)[..., None] * labels + xi[..., None] * taught
        beta = solved(rg, gram, penalty, mixed)
    return beta


def example(X: Any, y: Any, target: Any, penalty: float, mixing: float) -> RidgeCase:
    X, y, target = (np.array(a, float) for a in (X, y, target))
    root = np.eye(len(target))
    return RidgeCase(X, y, target, root, np.array(penalty), np.array(mixing))


ridge_cases = record(
    RidgeCase,
    "up to 7 rows of up to 4 features, any labels, target and risk, ξ in [−3, 3]",
    n=integer(2, 7),
    p=integer(1, 4),
    X=matrix("n", "p"),
    y=vector("n"),
    target=vector("p"),
    root=matrix("p", "p"),
    penalty=real(0.05, 10.0, log=True),
    mixing=real(-3.0, 3.0),
    examples=lambda: [
        example([[2.0], [2.0]], [3.0, 1.0], [0.25], 4.0, 0.5),
        example([[1.0, 0.5], [0.5, -1.0], [2.0, 1.0]], [1, 0, 2], [1, 0], 0.5, -1.0),
        # The same row twice, and fewer rows than features.
        example([[1.0, 2.0, 0.0], [1.0, 2.0, 0.0]], [1, -1], [1, 0, 1], 0.1, 2.0),
        # The teacher is best as it is: R′(ρ) = 0.
        example([[2.0], [2.0]], [3.0, 1.0], [0.5], 4.0, 1.0),
        # Nothing to learn: mixing changes nothing.
        example([[0.0], [0.0]], [3.0, 1.0], [0.5], 4.0, 1.0),
    ],
)
