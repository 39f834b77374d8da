"""A section of the check whose steps fail in every way that a step can fail."""

import dataclasses
import gc
import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from refgen_gpu.backend import _override, backend

LIMIT = 3.0


class Unprintable:
    def __repr__(self):
        raise ValueError("no repr")


def numbers_that_json_lacks():
    print("printed", end="")
    return {"ratio": float("nan"), "flag": np.bool_(True), "n": np.int64(3)}


def an_exception():
    raise ValueError("first line\nsecond line")


def a_crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def a_crash_that_leaves_a_child():
    """The child keeps the connection open: its end is not heard."""
    child = os.fork()
    if child == 0:
        time.sleep(1000)
    print(f"its child is {child}")
    a_crash()


def a_crash_in_the_middle_of_a_message():
    (connection,) = (x for x in gc.get_objects() if isinstance(x, Connection))
    os.write(connection.fileno(), b"\0\0\1\0half")
    os._exit(3)


def an_exit():
    os._exit(3)


def a_hang():
    time.sleep(1000)


def an_illegal_access():
    """After such an error the device answers no call of this process any more."""

    def silent(array):
        raise RuntimeError("cudaErrorIllegalAddress: an illegal memory access")

    _override.set(dataclasses.replace(backend(), to_host=silent))
    silent(None)


def an_error_that_cannot_be_shown():
    class Strange(Exception):
        def __str__(self):
            raise ValueError("no str")

    raise Strange


def an_error_whose_text_is_no_unicode():
    raise OSError("no file \udc80")


def a_result_that_is_a_list():
    return [1, 2]


def results_that_json_lacks():
    return {
        "object": Unprintable(),
        "text": "\udc80",
        "key \udc80": "ends\x85a\u2028line",
        Unprintable(): 1,
        ("a", 1): {2},
        "many": [0] * 5000,
    }


def a_package_that_is_missing_inside():
    import no_such_package  # noqa: F401


def a_package_that_is_missing():
    raise AssertionError("it must not run")


def a_flood_of_output():
    for _ in range(20_000):
        print("many lines, of which the record keeps the last")
    return {}


STEPS = {
    function.__name__: function
    for function in (
        numbers_that_json_lacks, an_exception, a_crash,
        a_crash_that_leaves_a_child, a_crash_in_the_middle_of_a_message,
        an_exit, a_hang,
        an_illegal_access, an_error_that_cannot_be_shown,
        an_error_whose_text_is_no_unicode, a_result_that_is_a_list,
        results_that_json_lacks, a_package_that_is_missing_inside,
        a_package_that_is_missing, a_flood_of_output,
    )
}  # fmt: skip
WANTED = {
    "numbers_that_json_lacks": "ratio is nan",
    "an_exception": "failed: ValueError: first line",
    "a_crash": "crashed: signal SIGSEGV",
    "a_crash_that_leaves_a_child": "crashed: signal SIGSEGV",
    "a_crash_in_the_middle_of_a_message": "crashed: exit status 3",
    "an_exit": "crashed: exit status 3",
    "a_hang": "hung: no answer after 3 s",
    "an_illegal_access": (
        "the device fell silent: RuntimeError: cudaErrorIllegalAddress: an illegal "
        "memory access"
    ),
    "an_error_that_cannot_be_shown": "failed: Strange: its text cannot be shown",
    "an_error_whose_text_is_no_unicode": "failed: OSError: no file ?",
    "a_result_that_is_a_list": "failed: TypeError: its result is no dictionary: [1, 2]",
    "a_package_that_is_missing_inside": "missing package: no_such_package",
    "a_package_that_is_missing": "missing package: no_such_package",
}


def prepare_one():
    """Only the first worker starts."""
    Path(os.environ["REFGEN_ONE_WORKER"]).open("x").close()
    from support import dry_run

    dry_run.prepare()


def steps():
    """Each fault, and after each a step to which nothing may happen."""
    return [name for fault in STEPS for name in (fault, f"after {fault}")]


def needs(step):
    return ("no_such_package",) if step == "a_package_that_is_missing" else ()


def run(step, deadline):
    yield {"before": 1}
    if step in STEPS:
        yield STEPS[step]()
    else:
        yield {"drawn": float(backend().to_host(backend().xp.zeros(1))[0])}


def problems(step, result):
    return []
