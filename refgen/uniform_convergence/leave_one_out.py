"""Margins and errors on points that are left out of the sample."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import as_positive, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.uniform_convergence._test_error import log_mean_error
from refgen.uniform_convergence.linear_example import LinearExample


@finite
def left_out_margins(margins: Any, lengths: Any) -> Any:
    """Margins of points under the classifier of the other points, w = Σ yᵢxᵢ.

    Parameters
    ----------
    margins : array of shape (...)
        y w·x of each point, with w of all points.
    lengths : array of shape (...)
        ‖x‖ > 0 of each point, with its signal.

    Returns
    -------
    array of shape (...)
        y w·x − ‖x‖².

    Raises
    ------
    ValueError
        If a length is not positive, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-23.

    Examples
    --------
    >>> left_out_margins([5.0, 3.0], 2.0).tolist()
    [1.0, -1.0]
    """
    margins, lengths = together(
        margins=check_scale("margins", as_floats("margins", margins)),
        lengths=check_scale("lengths", as_positive("lengths", lengths)),
    )
    return margins - lengths * lengths


@finite
def left_out_error(example: LinearExample) -> Any:
    """The expected leave-one-out error, over samples of the linear example.

    Parameters
    ----------
    example : LinearExample of shape (...)

    Returns
    -------
    array of shape (...)
        The expected test error with m − 1 points: EΦ(−a(m − 1)/m/(v√((m − 1)Q))), with
        Q of the law χ² with D degrees of freedom.

    Notes
    -----
    Without a point its signal is missing, too: a(m − 1)/m is left of a. Source: derived
    here, claim UC-23.

    Examples
    --------
    >>> round(float(left_out_error(LinearExample(6, 20, 4.0, 16.0))), 4)
    0.3329
    """
    check_instance("example", example, LinearExample)
    m, D = example.n_samples, example.dimension
    xp = namespace(m)
    reach = example.signal_ratio * (xp.sqrt(D) * xp.sqrt(m - 1) / m)
    return xp.exp(log_mean_error(reach, D))
