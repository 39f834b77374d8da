"""When levels are too many to say anything about calibration."""

from __future__ import annotations

import warnings
from typing import Any

from refgen.arrays import namespace, on_the_host
from refgen.disagreement._levels import LEVEL_WIDTH, levels_of


@on_the_host("a warning holds no arrays")
class SparseLevelsWarning(UserWarning):
    """Vote shares have more levels than there are labelled points.

    Fewer than one label falls on a level, on average. CACE, and what else compares
    labels on a level, then shows chance: if no two shares are equal, CACE is twice the
    error, whatever the calibration. Bins of shares can say more (`binned_cace`, with
    `cace_noise_floor` for what they show by chance), and so can hard labels, M runs of
    which have at most M − 1 levels between 0 and 1.

    Source: ``theory/disagreement.md``, "Levels of a sample".

    Examples
    --------
    >>> import warnings
    >>> import numpy as np
    >>> from refgen.disagreement import audit
    >>> p = np.linspace(0.1, 0.4, 6).reshape(2, 3)  # of class 1, by two runs
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     found = audit(np.stack([1 - p, p], axis=-1), [0, 0, 1], members="sample")
    >>> [warning.category.__name__ for warning in caught]
    ['SparseLevelsWarning']
    >>> round(found.cace / found.error, 12)
    2.0
    """


def warn_of_sparse_levels(shares: Any, stacklevel: int) -> None:
    """Warn if shares of a labelled sample have more levels than points.

    Parameters
    ----------
    shares : array of shape (n_points, n_classes)
    stacklevel : int
        As in `warnings.warn`, counted from the caller.

    Examples
    --------
    >>> import numpy as np
    >>> warn_of_sparse_levels(np.array([[0.5, 0.5], [0.5, 0.5]]), 1)
    """
    levels = namespace(shares).unique(levels_of(shares.ravel()))
    # Labels do not vary at shares of 0 and 1.
    n_levels = int(((levels > LEVEL_WIDTH) & (levels < 1 - LEVEL_WIDTH)).sum())
    n_points = len(shares)
    if n_levels <= n_points:
        return
    warnings.warn(
        f"vote shares have {n_levels:,} levels on {n_points:,} labelled points, so "
        "that CACE shows chance: near twice the error, for any calibration. Compare "
        "binned_cace with cace_noise_floor, or audit hard labels (members='argmax')",
        SparseLevelsWarning,
        stacklevel=stacklevel + 1,
    )
