"""What the displays of all theories share: matplotlib on first use, axes, colours."""

from __future__ import annotations

from typing import Any

import numpy as np

# Told apart by colour-blind readers, too (Okabe & Ito 2008).
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"


def pyplot(display: str) -> Any:
    """`matplotlib.pyplot`, or an error that says what to install.

    Raises
    ------
    ImportError
        If matplotlib is missing; `display` is who needs it.

    Examples
    --------
    >>> pyplot("ResMemDisplay").__name__
    'matplotlib.pyplot'
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        message = f"{display} needs matplotlib; pip install refgen[plot]"
        raise ImportError(message) from error
    return plt


def is_axes(value: Any) -> bool:
    """Whether one can draw on `value`, as on Axes of matplotlib.

    Examples
    --------
    >>> is_axes(None)
    False
    """
    return hasattr(value, "fill_between") and hasattr(value, "figure")


def check_axes(ax: Any) -> None:
    """Refuse what is neither Axes nor None, without loading matplotlib.

    Raises
    ------
    TypeError
        If it is something else.

    Examples
    --------
    >>> check_axes(None)
    """
    if ax is not None and not is_axes(ax):
        raise TypeError(
            f"ax must be Axes of matplotlib or None, got {type(ax).__name__}"
        )


def new_axes(ax: Any, display: str, **options: Any) -> Any:
    """`ax`, or the Axes of a new figure.

    Examples
    --------
    >>> is_axes(new_axes(None, "ResMemDisplay", figsize=(4, 4)))
    True
    """
    check_axes(ax)
    if ax is not None:
        return ax
    return pyplot(display).subplots(layout="constrained", **options)[1]


def listed_axes(axes: Any) -> np.ndarray:
    """Axes in any arrangement as a flat array of objects."""
    return np.asarray(axes, dtype=object).ravel()


def kinds_of(given: np.ndarray) -> str:
    """How many things of which types were given, for a message.

    Examples
    --------
    >>> kinds_of(listed_axes([1, 2]))
    '2 of type int'
    """
    kinds = sorted({type(one).__name__ for one in given})
    return f"{len(given)} of type {', '.join(kinds)}" if kinds else "none"
