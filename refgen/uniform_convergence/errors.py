"""Expected errors over samples of the linear example, by one χ² integral each."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite, watched
from refgen._objects import check_instance
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._chi_square import log_chi_square_mean
from refgen.uniform_convergence.linear_example import LinearExample


class ExpectedErrors(NamedTuple):
    """Expected shares of misclassified points, over samples and their classifiers.

    Attributes
    ----------
    test : array of shape (...)
        Of new points.
    train : array of shape (...)
        Of the sample.
    transformed : array of shape (...)
        Of the transformed sample, whose noise is the sample's, negated.
    """

    test: Any
    train: Any
    transformed: Any


class LogExpectedErrors(NamedTuple):
    """Logarithms of expected shares of points, over samples and their classifiers.

    Attributes
    ----------
    test : array of shape (...)
        Of misclassified new points.
    train : array of shape (...)
        Of misclassified points of the sample.
    transformed : array of shape (...)
        Of misclassified points of the transformed sample.
    not_transformed : array of shape (...)
        Of points of the transformed sample that are classified correctly.
    """

    test: Any
    train: Any
    transformed: Any
    not_transformed: Any


@watched
def expected_errors(example: LinearExample) -> ExpectedErrors:
    """Expected error on new points, on the sample and on the transformed sample.

    Parameters
    ----------
    example : LinearExample of shape (...)

    Returns
    -------
    ExpectedErrors
        Arrays of shape (...) in [0, 1]. What is too small for a float64 is 0;
        `log_expected_errors` has its logarithm.

    Raises
    ------
    ValueError
        If numbers leave float64.

    Notes
    -----
    With Q of the law χ² with D degrees of freedom: EΦ(−a/(v√(mQ))) of new points,
    EΦ(−(a + vQ)/(v√((m − 1)Q))) of the sample, EΦ((vQ − a)/(v√((m − 1)Q))) of the
    transformed sample. Source: derived here, claim UC-6.

    Examples
    --------
    >>> errors = expected_errors(LinearExample.published(100, 10_000))
    >>> [round(float(error), 6) for error in errors]
    [0.105642, 0.0, 1.0]
    """
    rows = _log_means(example, (0, 1, 2))
    return ExpectedErrors(*namespace(rows).exp(rows))


@finite
def log_expected_errors(example: LinearExample) -> LogExpectedErrors:
    """Logarithms of the expected errors, also where they leave float64.

    Parameters
    ----------
    example : LinearExample of shape (...)

    Returns
    -------
    LogExpectedErrors
        Arrays of shape (...), of expected errors and of what the error on the
        transformed sample falls short of 1.

    Raises
    ------
    ValueError
        If numbers leave float64.

    Notes
    -----
    Source: derived here, claims UC-6b and UC-50.

    Examples
    --------
    >>> errors = log_expected_errors(LinearExample.published(100, 100_000))
    >>> round(float(errors.train), 3)  # an error of about 10⁻²⁷⁸
    -641.243
    """
    return LogExpectedErrors(*_log_means(example, (0, 1, 2, 3)))


def _log_means(example: LinearExample, kinds: tuple[int, ...]) -> Any:
    """log EΦ(rise √x − fall/√x), x = Q/D, of new points and of three other kinds."""
    check_instance("example", example, LinearExample)
    xp, m, D = namespace(example.signal), example.n_samples, example.dimension
    own, ratio = xp.sqrt(D / (m - 1)), example.signal_ratio
    rises = (0 * own, -own, own, -own)
    falls = (ratio * xp.sqrt(D / m), ratio * own, ratio * own, -ratio * own)
    rise, fall = (xp.stack([row[k] for k in kinds]) for row in (rises, falls))
    logs = log_chi_square_mean(_log_share, xp.stack([D for _ in kinds]), rise, fall)
    return xp.minimum(logs, 0.0)


def _log_share(x: Any, rise: Any, fall: Any) -> Any:
    root = namespace(x).sqrt(x)
    return special_functions(x).log_ndtr(rise * root - fall / root)
