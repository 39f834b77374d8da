"""Explanations on the device: neighbours are drawn, and fitted, there.

Estimators of scikit-learn get neighbours on the host; functions get them on the device.
"""

from __future__ import annotations

from typing import Any

from refgen.explainability import explainer as _host
from refgen.explainability._exact_explanations import ExactModel
from refgen.explainability._explained_model import ExplainedModel
from refgen.explainability._explanations import LocalExplanations
from refgen_gpu.arrays import to_device
from refgen_gpu.placement import is_on_device
from refgen_gpu.random import Stream
from refgen_gpu.transfer import host_function, on_host


class _Asked(ExplainedModel):
    """What a function returns may be on the device."""

    def on_host(self, answers: Any) -> Any:
        return on_host(answers)


class LocalLinearExplainer(_host.LocalLinearExplainer):
    """`refgen.explainability.LocalLinearExplainer` for NumPy or CuPy arrays.

    Explanations are where X is. Neighbours are drawn and fitted on the device. A
    callable gets them there; an estimator of scikit-learn, or a callable that takes
    data frames, on the host.
    """

    _stream = Stream
    _models = (_Asked, ExactModel)

    __init__ = host_function(
        _host.LocalLinearExplainer.__init__, __name__, "LocalLinearExplainer.__init__"
    )

    def explain(self, X: Any) -> LocalExplanations:
        self._has_frames = hasattr(X, "iloc")
        found = super().explain(on_host(X))
        if is_on_device(X):
            return found
        return LocalExplanations(*map(on_host, found))

    def _place(self, array: Any) -> Any:
        return to_device(array)

    def _hand(self, points: Any) -> Any:
        takes_device = not self._has_frames and not hasattr(self.model, "predict")
        return points if takes_device else on_host(points)
