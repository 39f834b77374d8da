"""LE-1, 2, 3 and 40: fidelity and its mirror image."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.explainability._finite_laws import size, systems
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.claims.sources import LI
from refgen.domains import distribution, matrix, not_a, record, vector
from refgen.explainability import FiniteNeighborhoods, FiniteSystem

# --- LE-1


def _lines(weights: Any, values: Any) -> Any:
    """Least squares of values on positions 0, 1, …, for every row of weights.

    They are zᵢ = ȳ + b(i − ī) with means under the weights; b = 0 for a single point.
    """
    xp = namespace(weights)
    positions = xp.arange(values.shape[-1]) * 1.0
    mass = weights.sum(axis=-1, keepdims=True)
    share = weights / xp.where(mass > 0, mass, 1.0)
    aside = positions - (share * positions).sum(axis=-1, keepdims=True)
    mean = (share * values[..., None, :]).sum(axis=-1, keepdims=True)
    rest = values[..., None, :] - mean
    width = (share * aside * aside).sum(axis=-1, keepdims=True)
    slope = (share * aside * rest).sum(axis=-1, keepdims=True)
    # Weights of rounding size have no line of their own.
    return mean + aside * slope / xp.where(width > 0, width, 1.0)


def _of_source(table: Any) -> Any:
    """A line for each source, whose value and slope are the first of its row."""
    xp = namespace(table)
    positions = xp.arange(table.shape[-1]) * 1.0
    return table[..., :1] + table[..., -1:] * positions


@claim(
    "LE-1",
    kind="identity",
    domain=systems,
    source=LI.sharpened("the definitions of both fidelities"),
    cost=4,
)
def reversed_pair(rg, system, density=1.0):
    """MNF of (D, N) is NF of the reversed pair: x′ ~ DN, and x given x′.

    So the best explanation of a source z is the least-squares fit of f under weights
    D(x)N_x(z): another line has MNF more by the mean square of the difference.
    """
    law, scale = system.neighborhoods, size(system)
    mirror = rg.explainability.FiniteSystem.trusted(
        neighborhoods=law.reversed_pair,
        values=system.values,
        explanations=system.explanations,
    )
    weights = (law.weights[..., None] ** density * law.neighbors).swapaxes(-1, -2)
    best, other = _lines(weights, system.values), _of_source(system.explanations)
    mirrored = [
        rg.explainability.FiniteSystem.trusted(
            neighborhoods=law, values=system.values, explanations=table
        ).mirrored_fidelity
        for table in (best + other, best)
    ]
    more = (law.joint.swapaxes(-1, -2) * other * other).sum(axis=(-1, -2))
    steep = 16 * system.values.shape[-1] ** 2 * scale
    return (
        equal(system.mirrored_fidelity, mirror.fidelity, scale),
        equal(mirrored[0], mirrored[1] + more, steep),
    )


reversed_pair.twin("weights without the density of D", density=0.0)
reversed_pair.twin("weights with its power of .97", density=0.97)


@reversed_pair.twin_function("NF = MNF always")
def _(rg, system):
    return equal(system.fidelity, system.mirrored_fidelity, size(system))


# --- LE-2


def _balanced(joint: Any, values: Any, explanations: Any, turn: Any) -> FiniteSystem:
    """A symmetric law of x and x′, and a flow around all points added to it.

    The flow keeps both margins, so that D is stationary.
    """
    xp, n = namespace(joint), values.shape[-1]
    joint = joint.reshape(*joint.shape[:-1], n, n)
    joint = (joint + joint.swapaxes(-1, -2)) / 2
    ring = xp.roll(xp.eye(n), 1, axis=-1)
    flow = turn[..., None, None] * (ring - ring.T) / (2 * n)
    joint = (1 - turn)[..., None, None] * joint + abs(flow) + flow
    weights = joint.sum(axis=-1)
    rows = joint / xp.where(weights > 0, weights, 1.0)[..., None]
    neighbors = xp.where((weights > 0)[..., None], rows, 1 / n)
    law = FiniteNeighborhoods.trusted(weights=weights, neighbors=neighbors)
    return FiniteSystem.trusted(
        neighborhoods=law, values=values, explanations=explanations
    )


def _not_balanced(system: Any) -> str | None:
    reason = not_a(FiniteSystem, system) or systems.outside(system)
    if reason:
        return reason
    if float(system.neighborhoods.asymmetry) > 1e-9:
        return "D(x)N_x(x′) must be symmetric"
    return None


balanced = record(
    _balanced,
    "a symmetric law of 3 points and their neighbours",
    joint=distribution(9),
    values=vector(3),
    explanations=matrix(3, 3),
    turn=0.0,
    outside=_not_balanced,
    examples=lambda: [
        FiniteSystem(
            FiniteNeighborhoods.sample([[0.25, 0.75], [0.75, 0.25]]),
            [0.0, 1.0],
            [[1.0, 2.0], [0.5, -1.0]],
        )
    ],
)


@claim("LE-2", kind="identity", domain=balanced)
def detailed_balance(rg, system):
    """NF = MNF for all f and g if D(x)N_x(x′) is symmetric."""
    return equal(system.fidelity, system.mirrored_fidelity, size(system))


detailed_balance.twin(
    "for D that is stationary only, with 4 % of the mass going around",
    domain=balanced.but(
        "a symmetric law, and a flow around", turn=0.04, outside=systems.outside
    ),
    reason="4 % of the mass is moved, but all errors may be there",
)


# --- LE-3


def _round(weights: Any, kernel: Any, values: Any, errors: Any, lean: Any) -> Any:
    """Points on a ring, neighbours and errors that depend on x′ − x only."""
    xp, n = namespace(weights), weights.shape[-1]
    back = kernel[..., xp.asarray(-np.arange(n) % n)]
    kernel = ((1 + lean)[..., None] * kernel + (1 - lean)[..., None] * back) / 2
    step = xp.asarray((np.arange(n) - np.arange(n)[:, None]) % n)
    law = FiniteNeighborhoods.trusted(weights=weights, neighbors=kernel[..., step])
    return FiniteSystem.trusted(
        neighborhoods=law,
        values=values,
        explanations=values[..., None, :] + errors[..., step],
    )


def _not_round(system: Any) -> str | None:
    reason = not_a(FiniteSystem, system) or systems.outside(system)
    if reason:
        return reason
    n = system.neighborhoods.n_points
    kernel = system.neighborhoods.neighbors
    errors = system.explanations - system.values
    step = (np.arange(n) - np.arange(n)[:, None]) % n
    for table in (kernel, errors):
        if abs(table - table[0][step]).max() > 1e-9:
            return "neighbours and errors must depend on x′ − x only"
    if abs(kernel - kernel.T).max() > 1e-9:
        return "the law of x′ − x must be symmetric"
    return None


rings = record(
    _round,
    "5 points on a ring; neighbours and errors depend on the difference",
    weights=distribution(5),
    kernel=distribution(5),
    values=vector(5),
    errors=vector(5),
    lean=0.0,
    outside=_not_round,
)


def _cubic(system: Any, cubic: float) -> tuple[Any, Any, Any]:
    """NF and MNF of x² + cubic·x³, and 2, with s = 1, D on two points of a system.

    Best lines of all sources by quadrature.
    """
    xp = namespace(system.values)
    z, w = normal_rule(xp.zeros(1))
    z, w = z[0], w[0]

    def f(x: Any) -> Any:
        return x * x + cubic * x * x * x

    def errors(source: Any, target: Any) -> Any:
        around = f(source[..., None] + z)
        value, slope = (w * around).sum(axis=-1), (w * z * around).sum(axis=-1)
        return value + slope * (target - source) - f(target)

    share = system.neighborhoods.weights[..., 0]
    found = []
    for mirrored in (False, True):
        means = []
        for x in (-1.0, 1.0):
            near, at = x + z, x + 0 * z
            off = errors(near, at) if mirrored else errors(at, near)
            means.append((w * off * off).sum())
        found.append(share * means[0] + (1 - share) * means[1])
    return found[0], found[1], 2.0


@claim("LE-3", kind="identity", domain=rings)
def errors_of_differences(rg, system, cubic=0.0):
    """NF = MNF for every D if errors depend on x′ − x, whose law is symmetric.

    So of the best lines for f quadratic: NF = MNF = s⁴‖∇²f‖²/2, for x² with s = 1.
    """
    nf, mnf, claimed = _cubic(system, cubic)
    return (
        equal(system.fidelity, system.mirrored_fidelity, size(system)),
        equal(nf, claimed, 8.0),
        equal(mnf, claimed, 8.0),
    )


errors_of_differences.twin("for x² + x³/150 as well", cubic=1 / 150)
errors_of_differences.twin(
    "for a law of x′ − x that leans to one side by 2 %",
    domain=rings.but("a kernel that leans", lean=0.02, outside=systems.outside),
)

# --- LE-40


@claim("LE-40", kind="inequality", domain=systems)
def how_asymmetric(rg, system, constant=1.0):
    """|NF − MNF| ≤ M Σ|D(x)N_x(x′) − D(x′)N_x′(x)|/2, M the largest squared error.

    The difference is as large where errors are 1 if x → x′ is likelier than x′ → x, and
    0 elsewhere: NF = MNF for all f and g only with detailed balance.
    """
    law, xp = system.neighborhoods, namespace(system.values)
    errors = system.explanations - system.values[..., None, :]
    bound = constant * (errors * errors).max(axis=(-1, -2)) * law.asymmetry
    apart = abs(system.fidelity - system.mirrored_fidelity)
    joint = law.joint
    likelier = xp.where(joint > joint.swapaxes(-1, -2), 1.0, 0.0)
    worst = rg.explainability.FiniteSystem.trusted(
        neighborhoods=law, values=0 * system.values, explanations=likelier
    )
    # Two laws of pairs differ by the mass that one of them has less.
    less = 1 - xp.minimum(joint, joint.swapaxes(-1, -2)).sum(axis=(-1, -2))
    return (
        at_most(apart, bound, size(system), sharp=True),
        equal(worst.fidelity - worst.mirrored_fidelity, constant * less),
        equal(law.asymmetry, less),
    )


how_asymmetric.twin("0.97 of that", constant=0.97)
