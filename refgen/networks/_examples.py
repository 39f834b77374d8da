"""What outputs come to at each point: losses, margins, probabilities, slopes."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace


def losses_of(outputs: Any, targets: Any, loss: str) -> Any:
    """Losses of shape (...), from outputs and targets of shape (..., n_outputs).

    Examples
    --------
    >>> import numpy as np
    >>> losses_of(np.array([3.0, 1.0]), np.array([1.0, 1.0]), "squared").tolist()
    2.0
    """
    xp = namespace(outputs)
    if loss == "squared":
        return ((outputs - targets) ** 2).sum(axis=-1) / 2
    said = targets * outputs
    if loss == "logistic":
        # log(1 + e^f) − yf, where f − yf is 0 for an answer that is sure and right.
        straight = xp.where(outputs > 0, outputs - said, -said)
        return (straight + xp.log1p(xp.exp(-abs(outputs)))).sum(axis=-1)
    behind = outputs.max(axis=-1, keepdims=True) - outputs
    best = xp.arange(outputs.shape[-1]) == outputs.argmax(axis=-1)[..., None]
    others = xp.where(best, 0.0, xp.exp(-behind)).sum(axis=-1)
    return (targets * behind).sum(axis=-1) + xp.log1p(others)


def margins_of(outputs: Any, targets: Any, middle: float) -> Any:
    """By how much the right answer is ahead: f_y − max f, or ±f of a single output.

    Examples
    --------
    >>> import numpy as np
    >>> float(margins_of(np.array([3.0, 1.0]), np.array([0.0, 1.0]), 0.5))
    -2.0
    """
    xp = namespace(outputs)
    if outputs.shape[-1] == 1:
        alone = outputs[..., 0]
        return xp.where(targets[..., 0] > middle, alone, -alone)
    right = xp.arange(outputs.shape[-1]) == targets.argmax(axis=-1)[..., None]
    own = xp.where(right, outputs, -xp.inf).max(axis=-1)
    return own - xp.where(right, -xp.inf, outputs).max(axis=-1)


def sigmoid(outputs: Any) -> Any:
    """1/(1 + e^−f), without overflow.

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid(np.array([0.0, -800.0])).tolist()
    [0.5, 0.0]
    """
    xp = namespace(outputs)
    small = xp.exp(-abs(outputs))
    return xp.where(outputs >= 0, 1.0, small) / (1.0 + small)


def softmax(outputs: Any) -> Any:
    """Probabilities that are as e^f.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    sizes = namespace(outputs).exp(outputs - outputs.max(axis=-1, keepdims=True))
    return sizes / sizes.sum(axis=-1, keepdims=True)


def probabilities_of(outputs: Any, loss: str) -> Any:
    """Probabilities of classes, (..., n_classes), of outputs (..., n_outputs).

    Examples
    --------
    >>> import numpy as np
    >>> probabilities_of(np.array([0.0]), "logistic").tolist()
    [0.5, 0.5]
    """
    xp = namespace(outputs)
    if loss == "cross_entropy":
        return softmax(outputs)
    if outputs.shape[-1] == 1:
        return sigmoid(xp.concatenate([-outputs, outputs], axis=-1))
    # Of one class against the rest, each; logarithms, as all of them may vanish.
    return softmax(xp.minimum(outputs, 0.0) - xp.log1p(xp.exp(-abs(outputs))))


def slopes_of(outputs: Any, targets: Any, loss: str) -> Any:
    """Derivatives of losses by outputs, of their shape.

    Examples
    --------
    >>> import numpy as np
    >>> slopes_of(np.array([0.0]), np.array([1.0]), "logistic").tolist()
    [-0.5]
    """
    if loss == "squared":
        return outputs - targets
    said = sigmoid(outputs) if loss == "logistic" else softmax(outputs)
    return said - targets
