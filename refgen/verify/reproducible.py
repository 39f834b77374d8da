"""Hypothesis draws that depend on the seed only, not on what else is loaded."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis.errors import HypothesisDeprecationWarning
from hypothesis.internal.conjecture import providers

# Since version 6.131 Hypothesis also tries numbers that stand in the source of modules
# that happen to be loaded. They differ between a process and its workers, so that the
# same seed would give other instances.
_CONSTANTS = "_maybe_draw_constant"


def _no_constant(self: Any, *args: Any, **options: Any) -> None:
    return None


@contextmanager
def reproducible_draws() -> Iterator[None]:
    """Leave out numbers from loaded modules while instances are drawn.

    Examples
    --------
    >>> with reproducible_draws():
    ...     pass
    """
    provider: Any = providers.HypothesisProvider
    original = vars(provider).get(_CONSTANTS)
    with warnings.catch_warnings():
        # Said also if another thread uses it, as Dask's do.
        random = "Do not use the `random` module"
        warnings.filterwarnings("ignore", random, HypothesisDeprecationWarning)
        if original is None:  # a version without such numbers
            yield
            return
        setattr(provider, _CONSTANTS, _no_constant)
        try:
            yield
        finally:
            setattr(provider, _CONSTANTS, original)
