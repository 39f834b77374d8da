"""`refgen.resmem.memorization` for NumPy or CuPy arrays and either estimator."""

from __future__ import annotations

import functools
from typing import Any

from refgen.resmem import memorization as _host
from refgen_gpu.mirror import mirrored
from refgen_gpu.resmem._transfer import on_host


@functools.wraps(_host.memorization_pays)
def memorization_pays(estimator: Any, X: Any, y: Any, **settings: Any) -> Any:
    # Folds are cut on the host; estimators of refgen_gpu search on the device.
    settings = {name: on_host(value) for name, value in settings.items()}
    return _host.memorization_pays(estimator, on_host(X), on_host(y), **settings)


__getattr__, __dir__, __all__ = mirrored(
    __name__, {"memorization_pays": memorization_pays}
)
