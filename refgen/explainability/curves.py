"""Mirrored fidelity of the best explanations, and ρ_S, against the scale."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._checks import check_integer
from refgen._numbers import as_not_negative, as_positive, in_one_place
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.explainability._mixture import draw_neighbors
from refgen.explainability.mirrored import mirrored_fit
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.explainability.sampled_disjointedness import disjointedness_ratios
from refgen.random import Stream

# Pairs of a source and a point that are in memory at once.
_AT_ONCE = 2**20


class FidelityCurves(NamedTuple):
    """One number for each scale; errors of explanations are best at 0."""

    scales: Any
    """The scales, of shape (n_scales,)."""
    train: Any
    """MNF on the points that explanations are fitted to."""
    test: Any
    """MNF on other points; None without any."""
    disjointedness: Any
    """ρ_S of the points."""


def fidelity_curves(
    points: Any,
    values: Any,
    scales: Any,
    stream: Stream,
    *,
    penalty: Any = 1e-6,
    test_points: Any = None,
    test_values: Any = None,
    n_draws: int = 2048,
) -> FidelityCurves:
    """Train and test MNF of the best explanations, and ρ_S, by simulation.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        The sample that explanations are fitted to. Features count as they are: scale
        them first.
    values : array of shape (n_points,)
        What is explained at the points: outputs of a model.
    scales : array of shape (n_scales,)
        Standard deviations of neighbourhoods.
    stream : Stream
    penalty : float
        Of `mirrored_fit`.
    test_points : array of shape (n_test, n_features), optional
    test_values : array of shape (n_test,), optional
        Outputs of the same model.
    n_draws : int
        Sources for each number, in strata of points, the same normal draws for every
        scale.

    Returns
    -------
    FidelityCurves

    Raises
    ------
    TypeError
        If arrays and stream are not of the same package.
    ValueError
        If shapes differ, a number is out of range, or one of `test_points` and
        `test_values` is missing.

    Notes
    -----
    Expected train MNF does not fall as the scale grows (LE-20), nor does ρ_S rise
    (LE-11).

    Examples
    --------
    >>> points = Stream(0, "docs").normal((40, 1))
    >>> curves = fidelity_curves(points, points[:, 0] ** 2, [0.3, 3.0], Stream(0))
    >>> bool(curves.train[0] < curves.train[1])
    True
    """
    check_instance("stream", stream, Stream)
    if (test_points is None) != (test_values is None):
        raise ValueError("give both of test_points and test_values, or none of them")
    points, values = _pair("points", points, "values", values)
    penalty = as_not_negative("penalty", penalty)
    count = check_integer("n_draws", n_draws, 1)
    given = checked_scales(scales)
    test = None
    if test_points is not None:
        test = _pair("test_points", test_points, "test_values", test_values)
    rows = []
    for scale in given:
        sample = GaussianNeighborhoods(points, scale)
        rows.append(
            (
                _train(sample, values, penalty, count, stream),
                None
                if test is None
                else _test(sample, values, penalty, count, stream, *test),
                disjointedness_ratios(sample, count, stream).mean(),
            )
        )
    xp = namespace(points)
    columns = [
        None if column[0] is None else xp.stack(column)
        for column in zip(*rows, strict=True)
    ]
    return FidelityCurves(xp.asarray(given), *columns)


def checked_scales(scales: Any) -> Any:
    """Scales as an array of positive numbers, (n_scales,).

    Raises
    ------
    ValueError
        If they are none, or no list.
    """
    given = check_scale("scales", as_positive("scales", scales, 1))
    if given.ndim != 1:
        raise ValueError(f"scales must be a list of numbers, got shape {given.shape}")
    return given


def _pair(first: str, points: Any, second: str, values: Any) -> list[Any]:
    """Points and their values, checked."""
    points = check_scale(first, as_floats(first, points, 2), 2)
    values = check_scale(second, as_floats(second, values, 1), 1)
    if points.ndim != 2 or values.shape != points.shape[:1]:
        raise ValueError(
            f"{second} must have a number for each row of {first}, got shapes "
            f"{values.shape} and {points.shape}"
        )
    return in_one_place(**{first: points, second: values})


def _parts(sample: GaussianNeighborhoods, count: int) -> Any:
    """Ranges of draws, each of which fits in memory."""
    step = max(1, _AT_ONCE // sample.n_points)
    return [(start, min(start + step, count)) for start in range(0, count, step)]


def _train(sample: Any, values: Any, penalty: Any, count: int, stream: Stream) -> Any:
    total = 0.0
    for start, stop in _parts(sample, count):
        sources, _ = draw_neighbors(sample, count, stream, start, stop)
        total = total + mirrored_fit(sample, values, sources, penalty).fidelity.sum()
    return total / count


def _test(
    sample: Any,
    values: Any,
    penalty: Any,
    count: int,
    stream: Stream,
    points: Any,
    right: Any,
) -> Any:
    around, total = GaussianNeighborhoods(points, sample.scale), 0.0
    for start, stop in _parts(sample, count):
        sources, owners = draw_neighbors(around, count, stream, start, stop)
        fit = mirrored_fit(sample, values, sources, penalty)
        steps = points[owners] - sources
        said = fit.value + (fit.slope * steps).sum(axis=-1)
        total = total + ((said - right[owners]) ** 2).sum()
    return total / count
