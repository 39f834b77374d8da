"""Calls of refgen.domains."""

import numpy as np
from hypothesis import strategies as st

from refgen import domains
from refgen.intervals import Interval
from support.calls import Call

CALLS = {
    "choice": Call((1.0, 2.0, 5.0), {"shape": (3,)}),
    "distribution": Call((3, 2), {"denominator": 8}),
    "given": (st.integers(0, 1),),
    "integer": Call((1, 6), {"shape": (2,)}),
    "labels": Call((4,), {"n_classes": 3}),
    "matrix": Call((2, 2), {"kind": "symmetric"}),
    "on_lattice": (np.array([[0.25, 0.75]]), 4),
    "real": Call((0.25, 2.0), {"shape": (2,)}),
    "record": Call(
        (Interval, "intervals"), {"low": domains.real(0, 1), "high": domains.real(2, 3)}
    ),
    "spectrum": (3,),
    "vector": Call((3,), {"norm": 1.0}),
}
ELSEWHERE = {
    "Domain": "built by record, or by authors of samplers",
    "Field": "the base of fields",
    "Record": "built by record",
    "first_wrong": "for authors of fields",
    "not_a": "for authors of domains",
}
NAMED = "text names an integer field of the record"
CALLABLE = "a class is called as a function is"
MEANINGFUL = {
    (name, "shape", what): NAMED
    for name in CALLS
    for what in ("text", "texts")
    if name not in ("given", "on_lattice", "record")
} | {
    ("distribution", "denominator", "none"): "no multiples of anything",
    ("integer", "low", "negative"): "integers below 0",
    ("labels", "n_classes", "text"): NAMED,
    ("record", "description", "unknown"): "any text describes",
    ("record", "examples", "half"): CALLABLE,
    ("record", "examples", "complex"): CALLABLE,
    ("record", "outside", "class"): CALLABLE,
    ("vector", "norm", "none"): "of any length",
}
