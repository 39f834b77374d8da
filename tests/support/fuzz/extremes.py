"""Values at the ends of what is allowed, and arrays of other shapes."""

import numpy as np

from support.fuzz.hostile import Hostile, kind_of

NUMBERS = {
    "zero": 0.0,
    "-zero": -0.0,
    "denormal": 1e-320,
    "tiny": 1e-200,
    "negative": -1.0,
    "large": 1e200,
    "largest": 1e308,
    "-largest": -1e308,
}
COUNTS = {"zero": 0, "one": 1, "many": 10**15, "2**53": 2**53, "2**63 - 1": 2**63 - 1}


def extremes(value):
    """Values that may be allowed: a right result or a clear error."""
    kind = kind_of(value)
    if kind == "instance":
        yield from _instances(value)
        return
    for name, other in _others(kind, value):
        yield Hostile(name, "extremes", lambda other=other: other, "sane")
    if kind in ("reals", "integers"):
        yield from _lower_ranks(np.asarray(value))


def _others(kind, value):
    if kind == "number":
        yield from NUMBERS.items()
        yield "ulp up", np.nextafter(value, np.inf)
        yield "ulp down", np.nextafter(value, -np.inf)
    elif kind == "integer":
        yield from COUNTS.items()
    elif kind == "shape":
        yield from (("many", (10**15,)), ("zero", (0,)), ("none", ()))
    elif kind == "reals":
        yield from _reals(np.asarray(value, float))
    elif kind == "integers":
        yield from _integers(value)
    if kind in ("reals", "integers") and np.ndim(value):
        yield from _lengths(np.asarray(value))


def _reals(array):
    for name, number in NUMBERS.items():
        yield f"{name} everywhere", np.full(array.shape, number)
        yield f"{name} inside", _with(array, number)
    yield "ulp up", np.nextafter(array, np.inf)
    yield "ulp down", np.nextafter(array, -np.inf)
    for factor in (1e-320, 1e-200, 1e150, 1e200, 1e300):
        with np.errstate(all="ignore"):
            yield f"times {factor:g}", array * factor
    if _is_simplex(array):
        yield from _simplexes(array)


def _is_simplex(array):
    with np.errstate(all="ignore"):
        sums = array.sum(axis=-1) if array.ndim else array
    return bool((array >= 0).all() and np.allclose(sums, 1))


def _simplexes(array):
    """Rows on the simplex with one tiny entry, and its vertices."""
    for tiny in (0.0, 1e-320, 1e-200, 1e-16):
        rows = array.copy()
        rows[..., 0] = tiny
        rest = rows[..., 1:].sum(axis=-1, keepdims=True)
        if array.shape[-1] > 1 and (rest > 0).all():
            rows[..., 1:] /= rest
            yield f"row with {tiny:g}", rows
    yield "vertices", np.zeros(array.shape) + (np.arange(array.shape[-1]) == 0)


def _integers(array):
    limits = np.iinfo(array.dtype)
    for name, number in (("largest", limits.max), ("smallest", limits.min), ("-1", -1)):
        yield f"{name} inside", _with(array, number)
    yield "zeros", np.zeros_like(array)


def _lengths(array):
    """One entry less, or more, along each axis."""
    for axis in range(array.ndim):
        yield f"shorter axis {axis}", array.take(range(array.shape[axis] - 1), axis)
        yield (
            f"longer axis {axis}",
            np.concatenate([array, array.take([-1], axis)], axis),
        )
        yield f"one along axis {axis}", array.take([0], axis)


def _lower_ranks(array):
    """Without the first axis: as if the rest had been repeated along it."""
    for axes in range(1, array.ndim + 1):
        lower = array[(0,) * axes]
        repeated = np.broadcast_to(lower, array.shape)
        yield Hostile(
            f"{axes} axes less",
            "extremes",
            lambda lower=lower: lower,
            "same",
            lambda repeated=repeated: repeated.copy(),
        )


def _instances(value):
    """Instances with an extreme field, where the type allows it."""
    fields = {k: v for k, v in vars(value).items() if isinstance(v, np.ndarray)}
    for field, array in fields.items():
        for name, other in _reals(array) if array.dtype.kind == "f" else ():
            changed = _built(type(value), {**vars(value), field: other})
            if changed is not None:
                what = f"{field}: {name}"
                yield Hostile(what, "extremes", lambda c=changed: c, "sane")


def _built(kind, values):
    """An instance; None if its type refuses the values, or cannot take them."""
    try:
        with np.errstate(all="ignore"):
            return kind(**values)
    except (TypeError, ValueError):
        return None


def _with(array, value):
    changed = array.copy()
    changed[(0,) * array.ndim] = value
    return changed
