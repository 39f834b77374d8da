"""What the displays of all theories share: matplotlib on first use, axes, colours."""

from __future__ import annotations

from typing import Any

import numpy as np

# Told apart by colour-blind readers, too (Okabe & Ito 2008).
BLUE, VERMILLION = "#0072B2", "#D55E00"

# Axes up to this ratio of their ends have room for labels at 1, 2 and 5.
_FEW_DECADES = 40.0


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


def panels_of(axes: Any, count: int, display: str) -> np.ndarray:
    """As many Axes as there are panels, side by side in a new figure if none are given.

    Raises
    ------
    ValueError
        If other things, or another number of Axes, are given.

    Examples
    --------
    >>> len(panels_of(None, 2, "DisagreementDisplay"))
    2
    """
    if axes is None:
        options = {"figsize": (4.3 * count, 4), "layout": "constrained"}
        return pyplot(display).subplots(1, count, squeeze=False, **options)[1][0]
    given = np.asarray(axes, dtype=object).ravel()
    if len(given) != count or not all(is_axes(one) for one in given):
        kinds = ", ".join(sorted({type(one).__name__ for one in given}))
        found = f"{len(given)} of type {kinds}" if kinds else "none"
        wanted = "one matplotlib Axes" if count == 1 else f"{count} matplotlib Axes"
        raise ValueError(
            f"ax, or axes of plot, must be {wanted}, got {found}; make them with "
            f"plt.subplots(1, {count})"
        )
    return given


def short_log_labels(axis: Any) -> None:
    """Labels of a logarithmic axis that do not run into each other.

    matplotlib labels nearly all of 1 to 9 where less than a decade is whole.

    Parameters
    ----------
    axis : matplotlib Axis
        With the limits that it keeps.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> _ = ax.set(xscale="log", xlim=(50, 900))
    >>> short_log_labels(ax.xaxis)
    >>> [f"{size:g}" for size in ax.get_xticks() if 50 <= size <= 900]
    ['50', '100', '200', '500']
    """
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axis.set_minor_formatter(NullFormatter())
    low, high = axis.get_view_interval()
    if high / low < _FEW_DECADES:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(StrMethodFormatter("{x:,g}"))


def legend_below(
    ax: Any,
    sizes: dict[str, float] | None = None,
    title: str | None = None,
    **mark: Any,
) -> None:
    """A legend under the Axes, where it hides nothing, and says what sizes mean.

    Parameters
    ----------
    ax : matplotlib Axes
    sizes : dict, optional
        From what a size stands for to the area of the marker, in points².
    title : str, optional
    **mark
        How the markers of these entries look, as for `scatter`.
    """
    for label, size in (sizes or {}).items():
        ax.scatter([], [], size, linewidths=0, label=label, **mark)
    entries = len(ax.get_legend_handles_labels()[1])
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.16),
        ncols=1 if entries < 3 else 2,
        frameon=False,
        fontsize="small",
        title=title,
        title_fontsize="small",
    )
