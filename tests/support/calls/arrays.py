"""Calls of refgen.arrays."""

import numpy as np

from refgen.disagreement import FiniteLaw

ARRAY = np.array([[0.25, 0.75], [0.5, 0.5]])
LAW = FiniteLaw([1.0], [[0.5, 0.5]], [[0.5, 0.5]])
ANY = "takes any object: whatever is no device array is NumPy's"

CALLS = {
    "as_floats": ("value", ARRAY, 1),
    "as_probabilities": ("value", ARRAY),
    "device_label": (),
    "plain_array": ("value", ARRAY),
    "to_device": [(ARRAY,), (LAW,)],
    "to_host": (ARRAY,),
}
ELSEWHERE = {
    "Instance": "the base of instances, which are built as their own types",
    "label_of": ANY,
    "namespace": ANY,
    "on_the_host": "a decorator of this project's functions",
    "package_of": ANY,
    "refuse_special": "returns nothing, and plain_array calls it",
    "register_library": "for authors of array libraries",
    "special_functions": ANY,
    "why_on_the_host": "takes any object",
}
KEPT = {
    (name, parameter): "written in this project's own code, not given by users"
    for name, parameters in (
        ("as_floats", ("name", "ndim")),
        ("as_probabilities", ("name", "ndim")),
        ("plain_array", ("name",)),
    )
    for parameter in parameters
}
