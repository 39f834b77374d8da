"""Domains that draw values of fields, move them, and build instances from them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from refgen.arrays import Instance
from refgen.domains._domain import Domain
from refgen.domains._fields import NO_SIZES, Field, Sizes, as_field
from refgen.domains._sizes import is_size, size_at, small_size, why_no_size
from refgen.domains._values import Values, mapped, sizes_of
from refgen.random import Stream


@dataclass(frozen=True)
class Built(Domain):
    """A domain whose instances are built from values of its fields."""

    build: Callable[..., Any] = field(kw_only=True)
    fields: dict[str, Any] = field(kw_only=True)

    @property
    def builds_a_type(self) -> bool:
        """Whether its fields are those of its instances."""
        return isinstance(self.build, type) and issubclass(self.build, Instance)

    @property
    def size_names(self) -> set[str]:
        """None: a record has its own sizes, or takes them from the outer record."""
        return set()

    def small(self, sizes: Sizes) -> Any:
        """As `Field.small`: a record may be a field of another one."""
        from hypothesis import strategies as st

        drawn = self._size_fields(sizes)
        each = {name: small_size(size) for name, size in drawn.items()}

        # Hypothesis checks a strategy when it is first drawn from: make each once.
        @functools.cache
        def values(*own: tuple[str, Any]) -> Any:
            return self._small_values({**sizes, **dict(own)})

        return st.fixed_dictionaries(each).flatmap(lambda own: values(*own.items()))

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        """As `Field.bulk`: sizes that the outer record has too are shared."""
        return self.built(self.draw_values(rg, stream, count, sizes))

    def draw_values(
        self, rg: Any, stream: Any, count: int, sizes: Sizes = NO_SIZES
    ) -> dict[str, Any]:
        """Raw values of the fields of `count` instances, as `bulk` draws them.

        Parameters
        ----------
        rg : module
            The package that computes.
        stream : Stream
        count : int
        sizes : mapping
            Those of the record that this one is a field of.

        Returns
        -------
        dict
            Sizes as integers, batches of the other fields, and dictionaries of records.

        Examples
        --------
        >>> import refgen as rg
        >>> from refgen.claims.disagreement.domains import binary_laws
        >>> values = binary_laws.draw_values(rg, rg.random.Stream(0), 100)
        >>> values["k"], values["weights"].shape == (100, values["n"])
        (2, True)
        """
        sizes = {**sizes, **self._sizes(stream, sizes)}
        drawn = {
            name: field.draw_values(rg, stream.child(name), count, sizes)
            for name, field in self._values(sizes).items()
        }
        return {**sizes, **drawn}

    def moved(
        self,
        rg: Any,
        stream: Any,
        values: Values,
        size: float,
        sizes: Sizes = NO_SIZES,  # the values hold those of an outer record, too
    ) -> dict[str, Any]:
        """Values a small step away, which are again values of the fields.

        Every entry or row is kept, moved up to `size` of the way toward a fresh one,
        or, rarely, replaced: the smaller `size`, the more rarely. Sizes stay.

        Parameters
        ----------
        rg : module
        stream : Stream
        values : dict
            As `draw_values` returns them.
        size : float
            In (0, 1].

        Raises
        ------
        ValueError
            If `size` is not in (0, 1].

        Examples
        --------
        >>> import refgen as rg
        >>> from refgen.claims.disagreement.domains import finite_laws
        >>> stream = rg.random.Stream(0)
        >>> values = finite_laws.draw_values(rg, stream, 100)
        >>> near = finite_laws.moved(rg, stream.child("move"), values, 0.01)
        >>> finite_laws.built(near).weights.shape == values["weights"].shape
        True
        """
        if not 0 < size <= 1:
            raise ValueError(f"size must be in (0, 1], got {size}")
        sizes = sizes_of(values)
        own = {
            name: field.moved(rg, stream.child(name), values[name], size, sizes)
            for name, field in self._values(sizes).items()
        }
        return {**sizes, **own}

    def taken(self, values: Values, rows: Any) -> dict[str, Any]:
        """The values of the instances at `rows`, which may repeat.

        Examples
        --------
        >>> import refgen as rg
        >>> from refgen.claims.disagreement.domains import finite_laws
        >>> values = finite_laws.draw_values(rg, rg.random.Stream(0), 100)
        >>> same = finite_laws.taken(values, [7] * 16)
        >>> finite_laws.built(same).weights.shape == (16, values["n"])
        True
        """
        return mapped(lambda batch: batch[rows], values)

    def _size_fields(self, given: Sizes) -> dict[str, Any]:
        used: set[str] = set().union(
            *(
                f.size_names
                for f in self.fields.values()
                if isinstance(f, (Field, Built))
            )
        )
        missing = {
            name for name in used - given.keys() if not is_size(self.fields.get(name))
        }
        for name in sorted(missing):
            raise ValueError(
                f"the domain of {self.description!r}: a shape names {name!r}, which "
                f"{why_no_size(self.fields.get(name))}"
            )
        return {n: f for n, f in self.fields.items() if n in used and n not in given}

    def _sizes(self, stream: Any, given: Sizes) -> dict[str, int]:
        """One value of each size, the same for a whole batch."""
        # Sizes shape the batch, so that the host has to know them. It draws the same
        # numbers as a device would.
        host = Stream(stream.seed, *stream.labels, "sizes", replicate=stream.replicate)
        sizes = self._size_fields(given)
        draws = host.uniform(len(sizes))
        return {
            name: size_at(size, float(u))
            for (name, size), u in zip(sizes.items(), draws, strict=True)
        }

    def _values(self, sizes: Sizes) -> dict[str, Any]:
        return {n: as_field(f) for n, f in self.fields.items() if n not in sizes}

    def _small_values(self, sizes: Sizes) -> Any:
        from hypothesis import strategies as st

        each = {name: f.small(sizes) for name, f in self._values(sizes).items()}
        return st.fixed_dictionaries(each).map(
            lambda values: _first(self.built({**sizes, **_batch_of_one(values)}))
        )

    def built(self, values: Values) -> Any:
        """The instances that have these values, as `draw_values` returns them."""
        values = {
            name: self.fields[name].built(value) if isinstance(value, dict) else value
            for name, value in values.items()
        }
        if self.builds_a_type:
            wanted = {f.name for f in fields(self.build)}  # type: ignore[arg-type]
            own = {n: v for n, v in values.items() if n in wanted}
            return self.build.trusted(**own)  # type: ignore[attr-defined]
        parameters = inspect.signature(self.build).parameters.values()
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return self.build(**values)
        own = {p.name: values[p.name] for p in parameters if p.name in values}
        return self.build(**own)


def check_arguments(made: Built, sizes: Iterable[str]) -> None:
    """Refuse fields that are not those of the instance type that is built.

    Raises
    ------
    ValueError
        Naming the fields that are missing, or too many; sizes aside.
    """
    own = {f.name for f in fields(made.build)}  # type: ignore[arg-type]
    for what, names in (
        ("lacks", own - made.fields.keys()),
        ("does not take", made.fields.keys() - own - set(sizes)),
    ):
        if names:
            raise ValueError(
                f"the domain of {made.description!r}: {made.build.__name__} {what} "
                f"{listed(names)}"
            )


def listed(names: Iterable[str]) -> str:
    """Names in quotes, in alphabetical order."""
    return ", ".join(map(repr, sorted(names)))


def _batch_of_one(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.take(None) if isinstance(value, Instance) else value[None]
        for name, value in values.items()
    }


def _first(batch: Any) -> Any:
    return batch.take(0) if isinstance(batch, Instance) else batch[0]
