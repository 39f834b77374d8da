"""The display of risks whose neighbours are searched on the device."""

from __future__ import annotations

from typing import Any

from refgen.resmem import display as _host
from refgen_gpu.mirror import mirrored
from refgen_gpu.resmem._transfer import on_host


class ResMemDisplay(_host.ResMemDisplay):
    """`refgen.resmem.ResMemDisplay` of NumPy or CuPy arrays; drawn by the host."""

    def __init__(
        self,
        param_values: Any,
        base: Any,
        resmem: Any,
        knn: Any,
        param_name: str = "n_neighbors",
        overlap: Any = 0.0,
        confidence_level: float = 0.95,
        loss: str = "risk",
    ) -> None:
        super().__init__(
            on_host(param_values),
            on_host(base),
            on_host(resmem),
            on_host(knn),
            param_name,
            on_host(overlap),
            confidence_level,
            loss,
        )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        param_name: str = "n_neighbors",
        param_range: Any,
        cv: Any = 10,
        loss: str | None = None,
        confidence_level: float = 0.95,
        random_state: Any = None,
        ax: Any = None,
    ) -> ResMemDisplay:
        found = super().from_estimator(
            estimator,
            on_host(X),
            on_host(y),
            param_name=param_name,
            param_range=param_range,
            cv=cv,
            loss=loss,
            confidence_level=confidence_level,
            random_state=random_state,
            ax=ax,
        )
        assert isinstance(found, cls)
        return found


__getattr__, __dir__, __all__ = mirrored(__name__, {"ResMemDisplay": ResMemDisplay})
