"""How well outputs of the algorithm itself fit random signs."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen.uniform_convergence.errors import expected_errors
from refgen.uniform_convergence.linear_example import LinearExample


@finite
def output_rademacher(example: LinearExample) -> Any:
    """How well losses of the algorithm's own outputs fit random signs, on average.

    Parameters
    ----------
    example : LinearExample of shape (...)

    Returns
    -------
    array of shape (...)
        Half of the error on the transformed sample minus half of that on the sample.
        The Rademacher complexity of the 0-1 losses of outputs is at least that. A bound
        of 1 on twice the complexity says nothing.

    Notes
    -----
    For signs σ, the output for the sample with noise i multiplied by −σᵢ has a loss of
    the transformed kind where σᵢ = 1. Source: derived here, claim UC-16.

    Examples
    --------
    >>> example = LinearExample.published(100, 10_000)
    >>> float(output_rademacher(example).round(6))
    0.5
    """
    errors = expected_errors(example)
    return (errors.transformed - errors.train) / 2
