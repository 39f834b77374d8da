"""Many steps of gradient descent go along the ray of the first one."""

from __future__ import annotations

from typing import Any, Literal

from refgen._checks import check_choice, check_integer
from refgen._finite import finite
from refgen._numbers import as_positive, refuse, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import namespace
from refgen.uniform_convergence.linear_example import LinearExample


@finite
def ray_descent(
    example: LinearExample,
    step_size: Any,
    n_steps: int,
    loss: Literal["logistic", "exponential"] = "logistic",
) -> Any:
    """Gradient descent from 0 where noise vectors are orthogonal and equally long.

    Parameters
    ----------
    example : LinearExample of shape (...)
        With m ≤ D; every ‖ξ‖² is V, to which it tends as D → ∞.
    step_size : array of shape (...)
        η > 0, for the sum of losses of all margins.
    n_steps : int
        At least 1.
    loss : {"logistic", "exponential"}

    Returns
    -------
    array of shape (..., n_steps)
        c after each step: weights are c Σ yᵢxᵢ, and all margins c (a + V). The
        classifier, and how it does on the transformed sample, is that after one step.

    Raises
    ------
    ValueError
        If there are more points than dimensions, a number is out of range, shapes do
        not broadcast, or `loss` is no such word.

    Notes
    -----
    Source: derived here, claim UC-24.

    Examples
    --------
    >>> example = LinearExample(4, 100, signal=4.0, noise=32.0)
    >>> ray_descent(example, 0.1, 3).round(4).tolist()
    [0.05, 0.0642, 0.0732]
    """
    check_instance("example", example, LinearExample)
    m, D = example.n_samples, example.dimension
    wanted = "be at most dimension, as no more noise vectors are orthogonal"
    refuse("n_samples", m, m > D, wanted)
    n_steps = check_integer("n_steps", n_steps, 1)
    check_choice("loss", loss, ("logistic", "exponential"))
    step, margin = together(
        step_size=check_scale("step_size", as_positive("step_size", step_size)),
        margin=example.signal + example.noise,
    )
    xp = namespace(step)
    along, found = 0 * step, []
    for _ in range(n_steps):
        slope = xp.exp(-margin * along)
        if loss == "logistic":
            slope = slope / (1 + slope)
        along = along + step * slope
        found.append(along)
    return xp.stack(found, axis=-1)
