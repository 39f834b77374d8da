"""The network of infinitely many exponential units after a step: scores and margins."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place, refuse
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace, special_functions
from refgen.random import Stream
from refgen.uniform_convergence._checks import check_amount, one_size
from refgen.uniform_convergence.exponential_example import ExponentialExample


@finite
def log_exponential_kernel(points: Any, centres: Any) -> Any:
    """‖x + x'‖²/2, the logarithm of E e^(ω·x) e^(ω·x') over ω ~ N(0, I).

    Parameters
    ----------
    points : array of shape (..., n, d)
    centres : array of shape (..., k, d)

    Returns
    -------
    array of shape (..., n, k)

    Raises
    ------
    ValueError
        If the points have not as many features as the centres, or batch axes do not
        broadcast.

    Notes
    -----
    A finite width needs many more than e^(‖x + x'‖²) units to come near to it. Source:
    Nagarajan & Kolter 2019 (recalled), claim UC-25.

    Examples
    --------
    >>> log_exponential_kernel([[1.0, 0.0]], [[1.0, 0.0], [-1.0, 2.0]]).tolist()
    [[2.0, 2.0]]
    """
    X, Z = in_one_place(
        points=as_floats("points", points, 2), centres=as_floats("centres", centres, 2)
    )
    return _log_kernel("points", X, "centres", Z)


def _log_kernel(name: str, X: Any, other: str, Z: Any) -> Any:
    if X.shape[-1] != Z.shape[-1]:
        raise ValueError(
            f"{name} have {X.shape[-1]} feature(s) and {other} {Z.shape[-1]}; they "
            "must have as many"
        )
    batch_shape(**{name: X.shape[:-2], other: Z.shape[:-2]})
    # Squares of sums, and no inner products: nothing cancels.
    total = 0.0
    for k in range(X.shape[-1]):
        summed = X[..., :, None, k] + Z[..., None, :, k]
        total = total + summed * summed
    return total / 2


class ScaledScores(NamedTuple):
    """Scores s · e^c that may be beyond float64: s and c, arrays of shape (..., n)."""

    scores: Any
    log_scale: Any


@finite
def exponential_scores(points: Any, labels: Any, queries: Any) -> ScaledScores:
    """f(x) = Σᵢ yᵢ e^(‖x + xᵢ‖²/2), what the network says of queries after its step.

    Parameters
    ----------
    points : array of shape (..., m, d)
        The sample that the network has seen.
    labels : array of shape (..., m)
        −1 or 1.
    queries : array of shape (..., n, d)

    Returns
    -------
    ScaledScores
        scores, in [−m, m], and log_scale: f(x) is scores · e^log_scale.

    Raises
    ------
    ValueError
        If a label is neither −1 nor 1, or shapes do not fit.

    Notes
    -----
    Source: derived here, claim UC-25.

    Examples
    --------
    >>> found = exponential_scores([[1.0], [-1.0]], [1, -1], [[2.0]])
    >>> round(float(found.scores[0]), 6), float(found.log_scale[0])
    (0.981684, 4.5)
    """
    X, y, Q = in_one_place(
        points=as_floats("points", points, 2),
        labels=as_signs("labels", labels),
        queries=as_floats("queries", queries, 2),
    )
    check_labels(X, y)
    logs = _log_kernel("queries", Q, "points", X)
    top = logs.max(axis=-1)
    weights = namespace(logs).exp(logs - top[..., None])
    return ScaledScores((weights * y[..., None, :]).sum(axis=-1), top)


def as_signs(name: str, value: Any) -> Any:
    """`value` as labels −1 and 1 along the last axis."""
    signs = as_floats(name, value, 1)
    refuse(name, signs, abs(signs) != 1, "be −1 or 1")
    return signs


def check_labels(points: Any, labels: Any) -> None:
    """Refuse labels that are not one for each of the points."""
    if labels.shape != points.shape[:-1]:
        raise ValueError(
            f"labels has shape {labels.shape} where points has {points.shape}; give "
            "one label for each point"
        )


class ExponentialMargins(NamedTuple):
    """Margins of a fresh, a training and a transformed point, each (..., n_draws)."""

    fresh: Any
    train: Any
    transformed: Any


@finite
def draw_exponential_margins(
    example: ExponentialExample, n_draws: int, stream: Any
) -> ExponentialMargins:
    """Independent draws of the margins of one point, without any point.

    With signs s and coordinates t of uniform points of a sphere, all independent, a
    margin is Σ s e^(sμ² + r²t) for a fresh point. A training point has e^(r² + μ²) in
    place of one of the m terms, and its copy in the transformed sample −e^(r² − μ²).

    Parameters
    ----------
    example : ExponentialExample
        A batch has one n_samples.
    n_draws : int
        Each costs O(m).
    stream : Stream
        Of refgen, or of refgen_gpu to draw on the device.

    Returns
    -------
    ExponentialMargins
        fresh, train, transformed: arrays of shape (..., n_draws), divided by e^r². The
        three of one draw share m − 1 terms.

    Raises
    ------
    ValueError
        If sizes of samples differ, there are too many draws, or margins leave the
        range of float64.

    Notes
    -----
    The common factor e^(μ² + r²) of f is left out. Source: derived here, claim UC-26s.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> example = ExponentialExample(40, 60, 0.12, 4.0)
    >>> margins = draw_exponential_margins(example, 2000, Stream(0))
    >>> bool(abs((margins.fresh <= 0).mean() - 0.22) < 0.05)
    True
    """
    check_instance("example", example, ExponentialExample)
    check_instance("stream", stream, Stream)
    n_draws = check_integer("n_draws", n_draws, 1)
    m = one_size("n_samples", example.n_samples)
    shape = check_amount("n_draws", (*example.signal.shape, n_draws, m))
    uniform = stream.child("squares").uniform(shape)
    uniform, signal, noise, d = in_one_place(
        draws=uniform,
        signal=example.signal[..., None, None],
        noise=example.noise[..., None, None],
        dimension=example.dimension[..., None, None],
    )
    xp, signs = namespace(uniform), stream.child("labels").signs(shape)
    t = stream.child("sides").signs(shape) * sphere_coordinate(uniform, d)
    terms = signs * xp.exp(signal * signs + noise * (t - 1))
    others, signal = terms[..., 1:].sum(axis=-1), signal[..., 0]
    return ExponentialMargins(
        others + terms[..., 0], others + xp.exp(signal), others - xp.exp(-signal)
    )


def sphere_coordinate(uniform: Any, dimension: Any) -> Any:
    """|t| for a coordinate t of a uniform point of the unit sphere, by inversion."""
    betaincinv = special_functions(uniform).betaincinv
    return namespace(uniform).sqrt(betaincinv(0.5, (dimension - 1) / 2, uniform))
