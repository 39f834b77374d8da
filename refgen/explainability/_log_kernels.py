"""How near sources are to the points of a sample, as logarithms."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace


def log_kernels(points: Any, sources: Any, scale: Any) -> Any:
    """−‖z − x‖²/(2s²) of every source and point: log p_x(z) but for a constant.

    Differences are taken before squares, so that far from the origin no digit is lost.

    Parameters
    ----------
    points : array of shape (..., m, d)
    sources : array of shape (..., q, d)
    scale : array of shape (...)

    Returns
    -------
    array of shape (..., q, m)

    Examples
    --------
    >>> import numpy as np
    >>> points, sources = np.array([[0.0], [3.0]]), np.array([[1.0]])
    >>> log_kernels(points, sources, np.array(1.0)).tolist()
    [[-0.5, -2.0]]
    """
    total: Any = 0.0
    for j in range(points.shape[-1]):
        apart = sources[..., :, None, j] - points[..., None, :, j]
        apart = apart / scale[..., None, None]
        total = total + apart * apart
    return -0.5 * total


def log_total(logs: Any) -> Any:
    """log Σ exp along the last axis.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(np.exp(log_total(np.log([1.0, 3.0])))), 12)
    4.0
    """
    xp = namespace(logs)
    largest = logs.max(axis=-1)
    return largest + xp.log(xp.exp(logs - largest[..., None]).sum(axis=-1))
