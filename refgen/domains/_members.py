"""Who belongs to a record of an instance type: what its fields say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from refgen.domains._domain import not_a
from refgen.domains._fields import Field, Shaped, Sizes, as_field
from refgen.domains._sizes import size_outside


def outside_of_fields(
    instance_type: Any, known: Mapping[str, Any], instance: Any, sizes: Sizes
) -> str | None:
    """Why an instance is none of this type with these fields, or None.

    Parameters
    ----------
    instance_type : class
    known : mapping
        The record's fields and sizes by name.
    instance : object
    sizes : mapping
        Those of the record that this one is a field of.

    Examples
    --------
    >>> from refgen.domains import integer, vector
    >>> from refgen.resmem import LinearProblem
    >>> outside_of_fields(LinearProblem, {"d": integer(1, 6)}, 3.0, {})
    'must be of type LinearProblem, got float'
    """
    reason = not_a(instance_type, instance)
    if reason:
        return reason
    own = {
        f.name: (as_field(known[f.name]), getattr(instance, f.name, None))
        for f in fields(instance_type)
    }
    found = dict(sizes)
    for name, (field, value) in own.items():
        reason = _unlike_shape(field, value, found)
        if reason:
            return f"{name} {reason}"
    for name in found.keys() & known.keys() - own.keys():
        reason = size_outside(known[name], found[name])
        if reason:
            return f"{name} {reason}"
    for name, (field, value) in own.items():
        value = np.asarray(value, float) if isinstance(field, Field) else value
        reason = field.outside(value, found)
        if reason:
            return f"{name} {reason}"
    return None


def _unlike_shape(field: Any, value: Any, sizes: dict[str, int]) -> str | None:
    """Why a value has not the shape of its field; `sizes` learns the lengths."""
    if not isinstance(field, Field):  # a record looks at its own fields
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        return f"must hold numbers, got {array.dtype}"
    if not isinstance(field, Shaped):
        return None
    axes = f"({', '.join(map(str, field.shape))})"
    if array.ndim != len(field.shape):
        return f"must have the axes {axes}, got shape {array.shape}"
    for size, length in zip(field.shape, array.shape, strict=True):
        known = sizes.setdefault(size, length) if isinstance(size, str) else size
        if known != length:
            return f"must have the axes {axes}, {size} = {known}, got {array.shape}"
    return None
