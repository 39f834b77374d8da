"""UC-7: the law of the largest deviation from the mean."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import ascending, equal
from refgen.claims.registry import claim
from refgen.domains import integer, real, record
from refgen.special import normal_density

_MOST, _FARTHEST, _N_NODES = 12, 6.0, 128


@dataclass(frozen=True, repr=False)
class Deviation(Instance):
    """Numbers n of normals, and how far up, shapes (...)."""

    n: Any
    u: Any


def _deviation(n: int, u: float) -> Deviation:
    return Deviation(np.array(float(n)), np.array(u))


deviations = record(
    Deviation,
    f"2 to {_MOST} normals, u from .01 to {_FARTHEST:g}",
    n=integer(2, _MOST),
    u=real(0.01, _FARTHEST),
    examples=lambda: [_deviation(3, 2.0), _deviation(12, 2.5), _deviation(2, 6.0)],
)


@functools.cache
def _running_rule() -> tuple[Any, Any, Any]:
    """Nodes on [0, 1], weights of ∫₀¹, and the matrix of ∫₀ˣ at the nodes.

    Exact for polynomials of degree below the number of nodes.
    """
    x, weights = np.polynomial.legendre.leggauss(_N_NODES)
    degrees = np.arange(_N_NODES)
    legendre = np.polynomial.legendre.legvander(x, _N_NODES)
    # ∫ P_k from −1 is (P_{k+1} − P_{k−1})/(2k + 1), and x + 1 for k = 0.
    before = np.concatenate([-np.ones((_N_NODES, 1)), legendre[:, :-2]], axis=1)
    running = (legendre[:, 1:] - before) / (2 * degrees + 1)
    share = legendre[:, :-1] * weights[:, None] * (2 * degrees + 1) / 2
    return (x + 1) / 2, weights / 2, running @ share.T / 2


def _by_recursion(case: Deviation) -> Any:
    """Pr[max (g_j − ḡ) ≤ u] by Nair's recursion, in the variable w = ku/n.

    It is n √(k/(k − 1)) ∫₀ᵘ φ(nw/√(k(k − 1))) a_{k−1}(w) dw for k = n, with a₁ = 1 and
    the same with k for n as the upper end.
    """
    xp = namespace(case.u)
    nodes, weights, running = (xp.asarray(part) for part in _running_rule())
    n, u = case.n + 0.0, case.u[:, None]
    w = u * nodes
    a, last = xp.ones_like(w), xp.ones_like(n)
    for k in range(2, _MOST + 1):
        rate = n[:, None] * math.sqrt(k / (k - 1)) * u
        density = rate * normal_density(n[:, None] * w / math.sqrt(k * (k - 1))) * a
        last = xp.where(n == k, (density * weights).sum(axis=-1), last)
        a = xp.matmul(density, running.T)
    return last


@claim("UC-7", kind="identity", domain=deviations, cost=100)
def largest_deviation(rg, case, power=1.0, shrunk=1.0):
    """H_n(u) = Pr[max (g_j − ḡ) > u] follows Nair's recursion, and nearly independence.

    With p = Q(u√(n/(n − 1))), the tail of one deviation: 1 − (1 − p)ⁿ ≤ H_n(u) ≤ np.
    """
    uc, n, u = rg.uniform_convergence, case.n + 0.0, case.u
    xp, special = namespace(u), special_functions(u)
    tail = uc.max_deviation_sf(n, u)
    one = special.ndtr(-u * xp.sqrt(n / (n - shrunk)))
    independent = -xp.expm1(n**power * xp.log1p(-one))
    return (
        # Each of the n integrals adds its own rounding.
        equal(1 - tail, _by_recursion(case), n),
        equal(xp.exp(uc.log_max_deviation_sf(n, u)), tail, (1 + u * u) * tail),
        ascending(independent, tail, n * one, scale=(1 + u * u) * n * one, sharp=True),
    )


largest_deviation.twin("n^1.03 independent deviations", power=1.03)
largest_deviation.twin("a variance of 1 − 0.97/n", shrunk=0.97)


@largest_deviation.twin_function("deviations from the mean are independent")
def _(rg, case):
    xp, n = namespace(case.u), case.n + 0.0
    one = special_functions(case.u).ndtr(case.u * xp.sqrt(n / (n - 1)))
    return equal(one**n, 1 - rg.uniform_convergence.max_deviation_sf(n, case.u))
