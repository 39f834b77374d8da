"""Estimators that take NumPy or CuPy arrays and return what they were given."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.disagreement import estimators as _host
from refgen_gpu.arrays import to_device, to_host
from refgen_gpu.mirror import mirrored


class DisagreementErrorEstimator(_host.DisagreementErrorEstimator):
    """`refgen.disagreement.DisagreementErrorEstimator` for NumPy or CuPy arrays.

    Returns what it was given; learners train on the host, votes are counted on the
    device.
    """

    # scikit-learn's learners train on the host; votes are counted on the device.

    def fit(self, X: Any, y: Any) -> DisagreementErrorEstimator:
        super().fit(_on_host(X), _on_host(y))
        return self

    def run_predictions(self, X: Any) -> Any:
        predictions = super().run_predictions(_on_host(X))
        return self._labels_like(X, predictions)

    def _codes(self, X: Any) -> Any:
        predictions = super().run_predictions(_on_host(X))
        return to_device(np.searchsorted(self.classes_, predictions))

    def predict_proba(self, X: Any) -> Any:
        return _like(X, super().predict_proba(X))

    def predict(self, X: Any) -> Any:
        best = to_host(super().predict_proba(X).argmax(axis=1))
        return self._labels_like(X, self.classes_[best])

    def _labels_like(self, X: Any, labels: np.ndarray) -> Any:
        if not _is_on_device(X):
            return labels
        if labels.dtype.kind not in "iufb":
            raise TypeError(
                f"y held labels of dtype {labels.dtype}, which no device can hold; "
                "predict on NumPy X, or fit on integer codes of the labels"
            )
        return to_device(labels)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        # scikit-learn compares labels on the host and moves nothing there itself.
        return super().score(*map(_on_host, (X, y, sample_weight)))


for _name in ("fit", "run_predictions", "predict_proba", "predict", "score"):
    _method = getattr(DisagreementErrorEstimator, _name)
    _method.__doc__ = getattr(_host.DisagreementErrorEstimator, _name).__doc__


def _is_on_device(X: Any) -> bool:
    return namespace(X) is not np


def _on_host(X: Any) -> Any:
    return to_host(X) if _is_on_device(X) else X


def _like(X: Any, result: Any) -> Any:
    return result if _is_on_device(X) else to_host(result)


__getattr__, __dir__, __all__ = mirrored(
    __name__, {"DisagreementErrorEstimator": DisagreementErrorEstimator}
)
