"""What the distilled estimators refuse, and what their models say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from refgen._checks import as_float, check_choice, is_number
from refgen._estimators.parameters import check_flag
from refgen._estimators.splits import check_cv_setting
from refgen._shown import shown

TEACHER_OUTPUTS = ("train", "cross_val")


def check_parameters(model: Any) -> None:
    """Refuse parameters out of range that both estimators have."""
    weight = model.label_weight
    if not (is_number(weight) and 0 <= as_float(weight) <= 1):
        raise ValueError(
            "label_weight must be a number in [0, 1], the share of the labels in the "
            f"student's targets, got {shown(weight)}"
        )
    check_choice("teacher_outputs", model.teacher_outputs, TEACHER_OUTPUTS)
    check_cv_setting(model.cv)
    check_flag("prefit", model.prefit)
    if model.prefit:
        _check_fitted_teacher(model)


def _check_fitted_teacher(model: Any) -> None:
    if model.teacher is None:
        raise ValueError("prefit=True needs a fitted teacher, got None")
    if model.teacher_outputs == "cross_val":
        raise ValueError(
            "teacher_outputs='cross_val' trains clones of the teacher, and prefit=True "
            "says it must not be trained; set teacher_outputs='train' and give fit "
            "rows that the teacher was not trained on"
        )
    check_is_fitted(model.teacher)


def tags_of(models: Iterable[Any]) -> list[Any]:
    """Tags of models, without those of anything else."""
    return [
        get_tags(model)
        for model in models
        if hasattr(model, "__sklearn_tags__") and not isinstance(model, type)
    ]


def read(model: Any, *kinds: str) -> bool:
    """Whether a model has one of these input tags, or a model that it consists of.

    A pipeline does not say what its first step takes.
    """
    tags = tags_of([model, *model.get_params().values()])
    return any(getattr(found.input_tags, kind) for found in tags for kind in kinds)
