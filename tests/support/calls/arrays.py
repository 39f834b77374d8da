"""Calls of refgen.arrays."""

import numpy as np

ARRAY = np.array([[0.25, 0.75], [0.5, 0.5]])
ANY = "takes any object: whatever is no device array is NumPy's"

CALLS = {
    "as_floats": ("value", ARRAY, 1),
    "as_probabilities": ("value", ARRAY),
    "device_label": (),
    "to_device": (ARRAY,),
    "to_host": (ARRAY,),
}
ELSEWHERE = {
    "Fixed": "the base of fields of instances that hold no arrays",
    "Instance": "the base of instances, which are built as their own types",
    "label_of": ANY,
    "namespace": ANY,
    "on_the_host": "a decorator of this project's functions",
    "package_of": ANY,
    "plain_array": "what the array may hold is for its callers to check",
    "refuse_masked": "returns nothing, and plain_array calls it",
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
    )
    for parameter in parameters
}
NOT_FINITE = ("nan", "inf", "-inf")
MOVED = {f"{bad} inside" for bad in NOT_FINITE} | {f"only {bad}" for bad in NOT_FINITE}
MOVED |= {"overflows", "empty", "nothing", "no rows"}
MEANINGFUL = {
    (name, "value", given): "it is moved as it is, and not checked"
    for name in ("to_device", "to_host")
    for given in MOVED
}
