"""Explanations of device arrays; drawn by the host."""

from __future__ import annotations

from typing import Any

from refgen.explainability import explanation_display as _host
from refgen.explainability._explanations import LocalExplanations
from refgen_gpu.explainability.explainer import LocalLinearExplainer
from refgen_gpu.transfer import on_host


class LocalExplanationDisplay(_host.LocalExplanationDisplay):
    """`refgen.explainability.LocalExplanationDisplay` of NumPy or CuPy arrays."""

    _explainer = LocalLinearExplainer

    def __init__(
        self,
        explanations: Any,
        row: int | None = None,
        *,
        n_top: int = 10,
        confidence_level: float = 0.95,
    ) -> None:
        if isinstance(explanations, LocalExplanations):
            explanations = LocalExplanations(*map(on_host, explanations))
        options: Any = {"n_top": n_top, "confidence_level": confidence_level}
        super().__init__(explanations, row, **options)
