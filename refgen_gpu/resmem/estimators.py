"""ResMem for NumPy or CuPy arrays: bases train on the host, the device remembers.

Neighbours are searched, and residuals smoothed, on the device. What is fitted lies on
the host, so that it can be pickled and used without a device later.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.resmem import estimators as _host
from refgen_gpu.arrays import to_device, to_host
from refgen_gpu.mirror import mirrored
from refgen_gpu.neighbors import nearest_neighbors
from refgen_gpu.resmem._transfer import is_on_device, like, on_host


class _DeviceMemory:
    """The searches of `refgen.resmem._estimator_base.ResMemBase`, on the device."""

    _place = staticmethod(to_device)
    _bring = staticmethod(to_host)
    _search = staticmethod(nearest_neighbors)


def _returning_alike(name: str, host_class: type) -> Any:
    """The method of that name, for arrays of either side."""
    method = getattr(host_class, name)

    def call(self: Any, X: Any) -> Any:
        return like(X, method(self, on_host(X)))

    call.__name__, call.__doc__ = name, method.__doc__
    call.__qualname__ = method.__qualname__
    return call


class ResMemRegressor(_DeviceMemory, _host.ResMemRegressor):
    """`refgen.resmem.ResMemRegressor` for NumPy or CuPy arrays.

    Returns what it was given; bases and embeddings see NumPy arrays, neighbours are
    searched on the device.
    """

    def fit(self, X: Any, y: Any, **fit_params: Any) -> ResMemRegressor:
        params = {name: on_host(value) for name, value in fit_params.items()}
        super().fit(on_host(X), on_host(y), **params)
        return self

    predict = _returning_alike("predict", _host.ResMemRegressor)
    base_scores = _returning_alike("base_scores", _host.ResMemRegressor)
    residual_scores = _returning_alike("residual_scores", _host.ResMemRegressor)
    weight_squares = _returning_alike("weight_squares", _host.ResMemRegressor)
    neighbor_scores = _returning_alike("neighbor_scores", _host.ResMemRegressor)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        # scikit-learn scores on the host and moves nothing there itself.
        return super().score(*map(on_host, (X, y, sample_weight)))


class ResMemClassifier(_DeviceMemory, _host.ResMemClassifier):
    """`refgen.resmem.ResMemClassifier` for NumPy or CuPy arrays.

    Returns what it was given; bases and embeddings see NumPy arrays, neighbours are
    searched on the device.
    """

    def fit(self, X: Any, y: Any, **fit_params: Any) -> ResMemClassifier:
        params = {name: on_host(value) for name, value in fit_params.items()}
        super().fit(on_host(X), on_host(y), **params)
        return self

    def predict(self, X: Any) -> Any:
        labels: np.ndarray = super().predict(on_host(X))
        if is_on_device(X) and labels.dtype.kind not in "iufb":
            raise TypeError(
                f"y held labels of dtype {labels.dtype}, which no device can hold; "
                "predict on NumPy X, or fit on integer codes of the labels"
            )
        return like(X, labels)

    class_scores = _returning_alike("class_scores", _host.ResMemClassifier)
    decision_function = _returning_alike("decision_function", _host.ResMemClassifier)
    predict_proba = _returning_alike("predict_proba", _host.ResMemClassifier)
    base_scores = _returning_alike("base_scores", _host.ResMemClassifier)
    residual_scores = _returning_alike("residual_scores", _host.ResMemClassifier)
    weight_squares = _returning_alike("weight_squares", _host.ResMemClassifier)
    neighbor_scores = _returning_alike("neighbor_scores", _host.ResMemClassifier)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        # scikit-learn scores on the host and moves nothing there itself.
        return super().score(*map(on_host, (X, y, sample_weight)))


for _mine, _theirs in (
    (ResMemRegressor, _host.ResMemRegressor),
    (ResMemClassifier, _host.ResMemClassifier),
):
    for _name in ("fit", "predict", "score"):
        getattr(_mine, _name).__doc__ = getattr(_theirs, _name).__doc__


__getattr__, __dir__, __all__ = mirrored(
    __name__,
    {"ResMemClassifier": ResMemClassifier, "ResMemRegressor": ResMemRegressor},
)
