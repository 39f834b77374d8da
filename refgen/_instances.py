"""What claims are measured on: frozen dataclasses of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np


class Fixed:
    """Base of fields that hold no arrays, and are the same for the whole batch."""


class Instance:
    """Base of the frozen dataclasses of arrays that claims are measured on.

    Leading axes are batch axes, the same for every field. A field may be an instance
    itself, or `Fixed`.
    """

    def take(self, index: Any) -> Any:
        """The instance (or sub-batch) at `index` of the leading batch axis."""
        return self.map(lambda array: array[index])

    @classmethod
    def trusted(cls, **values: Any) -> Any:
        """Build without validation, for samplers whose output is valid by design."""
        instance = object.__new__(cls)
        for name, value in values.items():
            object.__setattr__(instance, name, value)
        return instance

    def map(self, function: Callable[[Any], Any]) -> Any:
        """The instance with `function` applied to every array, nested ones included."""
        values = {name: _mapped(function, value) for name, value in self._fields()}
        return type(self).trusted(**values)

    def _fields(self) -> Iterator[tuple[str, Any]]:
        # fields() wants a dataclass; every subclass is one.
        for field in fields(self):  # type: ignore[arg-type]
            yield field.name, getattr(self, field.name)

    def __repr__(self) -> str:
        # tolist() prints the shortest decimals that read back to the same bits.
        parts = (f"{name}={_listed(value)!r}" for name, value in self._fields())
        return f"{type(self).__name__}({', '.join(parts)})"


def _mapped(function: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, Fixed):
        return value
    return value.map(function) if isinstance(value, Instance) else function(value)


def _listed(value: Any) -> Any:
    if isinstance(value, Instance | Fixed):
        return value
    return value.tolist() if hasattr(value, "tolist") else np.asarray(value).tolist()
