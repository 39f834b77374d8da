"""Calls of refgen.random."""

from refgen.random import Stream
from support.calls import Call

STREAM = Stream(3, "calls", replicate=2)

CALLS = {
    "Stream": Call((3, "calls", "labels"), {"replicate": 2}),
    "Stream.at": (STREAM, 5),
    "Stream.bit_generator": Call((STREAM,), {"offset": 8}),
    "Stream.child": (STREAM, "noise", "more"),
    "Stream.dirichlet": (STREAM, (2, 3)),
    "Stream.exponential": [(STREAM, (2, 3)), (STREAM, 3)],
    "Stream.integers": (STREAM, 6, (2, 3)),
    "Stream.normal": (STREAM, (2, 3)),
    "Stream.permutation": (STREAM, 5),
    "Stream.signs": (STREAM, (2, 3)),
    "Stream.uniform": (STREAM, (2, 3)),
    "Stream.words": (STREAM, (2, 3)),
}
MEANINGFUL = {
    ("Stream", "seed", "huge"): "a seed has any number of digits",
    ("Stream", "labels", "unknown"): "a label is any text",
    ("Stream.child", "labels", "unknown"): "a label is any text",
    ("*", "shape", "empty"): "the shape of a single number",
}
