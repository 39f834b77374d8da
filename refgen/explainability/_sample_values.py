"""What tools for the mirrored fidelity take: rows, what a model says there, scales."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refgen._estimators.data import check_squares
from refgen._naming import check_seed, naming
from refgen._numbers import as_positive
from refgen._scales import check_scale
from refgen.arrays import as_floats
from refgen.explainability._explained_model import ExplainedModel
from refgen.explainability._explained_rows import ExplainedRows
from refgen.random import Stream


class SampleValues(NamedTuple):
    """Points (n, d), and the numbers (n,) that the model gives for them."""

    points: Any
    values: Any


def sample_values(model: Any, X: Any, output: Any, least: int, name: str) -> Any:
    """Rows of `X`, called `name`, and the model's numbers there.

    Parameters
    ----------
    model : fitted estimator, callable, or array of shape (n_rows,)
    X : array or frame
    output : int or None
    least : int
        How many rows there have to be.
    """
    with naming(name):
        rows = ExplainedRows(X)
    n = len(rows.points)
    if n < least:
        raise ValueError(f"{name} must have at least {least} rows, got {n}")
    if is_array(model):
        values = as_floats("model", model, 1)
        if values.shape != (n,):
            raise ValueError(
                f"model has shape {values.shape}; as values it must have one number "
                f"for each of {n} rows of {name}"
            )
    else:
        asked = ExplainedModel(model, output)
        answers = asked.answers(rows.as_given(rows.points, slice(0, n)), n)
        values = answers[:, one_output(asked, answers)]
    check_squares("model", "its outputs", values)
    return SampleValues(np.asarray(rows.points), np.asarray(values))


def is_array(model: Any) -> bool:
    """Whether the model is given by its values."""
    return isinstance(model, np.ndarray | list | tuple)


def one_output(asked: ExplainedModel, answers: np.ndarray) -> int:
    """The output that is explained: the same for all rows."""
    if asked.output is None and answers.shape[1] > 2:
        raise ValueError(
            f"the model has {answers.shape[1]} outputs; say by output=0, …, which is "
            "meant"
        )
    return int(asked.outputs_at(answers[:1])[0])


def checked_scales(scale: Any, name: str = "scale") -> np.ndarray:
    """Scales as an array () or (n_scales,).

    Examples
    --------
    >>> checked_scales([1.0, 2.0])
    array([1., 2.])
    """
    scales = np.asarray(check_scale(name, as_positive(name, scale)))
    if scales.ndim > 1:
        raise ValueError(
            f"{name} must be a number or a list of numbers, got shape {scales.shape}"
        )
    return scales


def seeded_stream(random_state: Any, purpose: str) -> Stream:
    """The stream of a seed, of a RandomState, or of fresh entropy for None.

    Examples
    --------
    >>> seeded_stream(7, "docs")
    Stream(7, 'docs')
    """
    from sklearn.utils import check_random_state

    seed = check_seed(random_state)
    if not isinstance(seed, int | np.integer):
        seed = check_random_state(seed).randint(2**31)
    return Stream(int(seed), purpose)
