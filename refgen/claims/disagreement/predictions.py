"""What users compute from predictions is what the exact law of the data has."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement import _users
from refgen.claims.disagreement.classifier_laws import equally_likely, not_uniform
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw, MemberLaw
from refgen.domains import distribution, integer, labels, not_a, record

# --- hard labels


def _test_set(predictions: Any, truth: Any, k: int) -> ClassifierLaw:
    xp = namespace(predictions)
    return equally_likely(
        xp.full(truth.shape, 1 / truth.shape[-1]), xp.eye(k)[truth], predictions
    )


def _no_test_set(law: Any) -> str | None:
    reason = not_uniform(law)
    if reason:
        return reason
    m, n = law.predictions.shape
    if m not in (4, 5) or not 2 <= n <= 6:
        return f"there are {m} runs on {n} points, not 4 or 5 on 2 to 6"
    if float(abs(law.label_probabilities.max(axis=-1) - 1).max()) > 1e-9:
        return "labels are not certain"
    return None


test_set_laws = record(
    _test_set,
    "M = 4 or 5 runs on 2 to 6 labelled points",
    m=integer(4, 5),
    n=integer(2, 6),
    k=integer(2, 4),
    predictions=labels("m", "n", n_classes="k"),
    truth=labels("n", n_classes="k"),
    examples=lambda: [
        # Runs that are certain and wrong: all bounds are attained.
        ClassifierLaw([0.5, 0.5], [[1, 0], [0, 1]], [0.25] * 4, [[1, 0]] * 4),
        # The first class occurs as a label only, the last one as a vote only.
        ClassifierLaw(
            [0.5, 0.5], [[1, 0, 0], [0, 1, 0]], [0.25] * 4, [[1, 2], [1, 1]] * 2
        ),
    ],
    outside=_no_test_set,
)


def _two_way_jackknife(disagreement: Any, predictions: Any) -> float:
    """Variances of D̂ without one run, and without one point, by leaving them out."""
    xp, total = namespace(predictions), 0.0
    for axis in (0, 1):
        size = predictions.shape[axis]
        whole = xp.moveaxis(predictions, axis, 0)
        left = [
            disagreement(
                xp.moveaxis(xp.concatenate([whole[:i], whole[i + 1 :]]), 0, axis)
            )
            for i in range(size)
        ]
        mean = sum(left) / size
        total += (size - 1) / size * sum((value - mean) ** 2 for value in left)
    return total


def _unbiased_variance(differ: Any) -> float:
    """D̂² minus the mean of products of disjoint pairs of runs at unequal points.

    `differ` are the chances that two runs differ at a point, as nested lists (M, M, N).
    """
    m, n = len(differ), len(differ[0][0])
    estimate = sum(
        differ[a][b][i] for a, b in permutations(range(m), 2) for i in range(n)
    ) / (m * (m - 1) * n)
    products = [
        sum(differ[a][b]) * sum(differ[c][d])
        - sum(x * y for x, y in zip(differ[a][b], differ[c][d], strict=True))
        for a, b, c, d in permutations(range(m), 4)
    ]
    return estimate**2 - sum(products) / (len(products) * n * (n - 1))


def _intervals(rg: Any, tables: Any, differ: Any) -> tuple[list[Any], list[Any]]:
    """Ends and squared errors of the intervals of all methods, and what they should be.

    Squares, as the root of a variance of 0 would be off by the root of a rounding.
    """
    d, found, wanted = rg.disagreement, [], []
    soft = tables[0].ndim == 3
    for table, chances in zip(tables, differ, strict=True):
        m, n = table.shape[:2]
        variances = {
            "jackknife": _two_way_jackknife(d.disagreement, table),
            "normal": max(_unbiased_variance(chances.tolist()), 0.0),
            "hoeffding": 0.0,
        }
        radius = d.hoeffding_radius(m, n, 0.5, table.shape[2] if soft else None)
        for method, variance in variances.items():
            estimate = d.disagreement_estimate(table, 0.5, method)
            error, value = estimate.standard_error, estimate.value
            if method == "hoeffding":
                error, half = 0.0, radius
            else:
                half = 0.674489750196081743 * error  # the quartile of the normal law
            found.append((*estimate.interval, error**2))
            wanted.append((max(value - half, 0), min(value + half, 1), variance))
    return found, wanted


def _variances(rg: Any, tables: Any, differ: Any) -> tuple[list[Any], list[Any]]:
    """Both variances of users, and what they should be."""
    d = rg.disagreement
    found = [(d.jackknife_variance(t), d.unbiased_variance(t)) for t in tables]
    wanted = [
        (_two_way_jackknife(d.disagreement, t), _unbiased_variance(c.tolist()))
        for t, c in zip(tables, differ, strict=True)
    ]
    return found, wanted


@claim(
    "predictions",
    kind="identity",
    domain=test_set_laws,
    source="GDE-15 to 23 on labelled test sets",
    cost=5_000,
)
def users_see_the_exact_law(rg, law, share=1):
    """Estimates from hard labels are those of the law of the labelled test set.

    Rates, CACE, level masses, noise floors, variances and intervals.
    """
    d, xp = rg.disagreement, namespace(law.weights)
    pairs = [
        *_users.seen(rg, law),
        *_users.level_masses(rg, law, 1),
        *_users.level_masses(rg, law, 5),
    ]
    tables = law.predictions
    differ = (tables[..., :, None, :] != tables[..., None, :, :]).astype(float)
    variances, wanted = _variances(rg, tables, differ)
    ends, wanted_ends = _intervals(rg, tables, differ)
    counts = xp.stack([d.vote_counts(t, xp.arange(4)) for t in tables])
    return (
        [equal(share * found, exact, scale) for found, exact, scale in pairs],
        equal(xp.asarray(variances), xp.asarray(wanted), 4),
        equal(_per_law(xp, ends, tables), _per_law(xp, wanted_ends, tables), 4),
        equal(
            (tables[..., None] == xp.arange(4)).sum(axis=-3).astype(float),
            counts.astype(float),
            8,
        ),
    )


def _per_law(xp: Any, rows: list[Any], tables: Any) -> Any:
    return xp.asarray(rows).reshape(len(tables), -1)


users_see_the_exact_law.twin("what users see is 2 % larger", share=1.02)


# --- class probabilities


def _members(member_probabilities: Any) -> MemberLaw:
    xp, shape = namespace(member_probabilities), member_probabilities.shape
    return MemberLaw.trusted(
        weights=xp.full((*shape[:-3], shape[-2]), 1 / shape[-2]),
        member_probabilities=member_probabilities,
    )


def _unequal_points(law: Any) -> str | None:
    if not isinstance(law, MemberLaw):
        return not_a(MemberLaw, law)
    if law.member_probabilities.ndim != 3:
        shape = law.member_probabilities.shape
        return f"must be one law, got member_probabilities of shape {shape}"
    m, n = law.member_probabilities.shape[:2]
    if m not in (4, 5) or not 2 <= n <= 5:
        return f"there are {m} runs on {n} points, not 4 or 5 on 2 to 5"
    off = abs(law.weights * law.weights.shape[-1] - 1).max()
    return "points are not equally likely" if float(off) > 1e-9 else None


probability_runs = record(
    _members,
    "M = 4 or 5 runs that output probabilities, on 2 to 5 points",
    m=integer(4, 5),
    n=integer(2, 5),
    k=integer(2, 4),
    member_probabilities=distribution("m", "n", "k"),
    examples=lambda: [MemberLaw([0.5, 0.5], [[[1, 0], [0.5, 0.5]]] * 4)],
    outside=_unequal_points,
)


@claim("probabilities", kind="identity", domain=probability_runs, cost=5_000)
def sampled_labels_disagree(rg, law, share=1):
    """Estimates from probabilities: (M − 1) U = M V − E(1 − Σ p²), V of drawn labels.

    V counts a run's disagreement with itself, U does not. Variances and intervals are
    those of their definitions.
    """
    d, xp, p = rg.disagreement, namespace(law.weights), law.member_probabilities
    m = p.shape[-3]
    ensemble = d.sampled_disagreement(law)
    pairs = (m * ensemble - d.aleatoric_disagreement(law)) / (m - 1)
    differ = 1 - xp.einsum("...ank,...bnk->...abn", p, p)
    variances, wanted = _variances(rg, p, differ)
    ends, wanted_ends = _intervals(rg, p, differ)
    return (
        equal(xp.asarray([d.ensemble_disagreement(t) for t in p]), share * ensemble, 4),
        equal(xp.asarray([d.disagreement(t) for t in p]), share * pairs, 4),
        equal(xp.asarray(variances), xp.asarray(wanted), 20),
        equal(_per_law(xp, ends, p), _per_law(xp, wanted_ends, p), 4),
    )


sampled_labels_disagree.twin("disagreement is 2 % larger", share=1.02)


@sampled_labels_disagree.twin_function("U is M/(M − 1) times V, as for hard labels")
def _(rg, law):
    d, p = rg.disagreement, law.member_probabilities
    m = p.shape[-3]
    found = namespace(law.weights).asarray([d.disagreement(t) for t in p])
    return equal(found, m / (m - 1) * d.sampled_disagreement(law), 4)
