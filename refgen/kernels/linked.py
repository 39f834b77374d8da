"""Kernels of many parts, each compiled once, by itself, and called by its address.

When one function that is compiled by Numba calls another, the code of the second is
optimized again within the first, and translated again, at each level; and an array is
seven numbers and a counter of references. Large kernels took a quarter of a minute so.
Here parts are linked as the parts of a program in C are: arguments are numbers and
pointers. Callers see to it that arrays are contiguous, have the right types and sizes,
and live long enough.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.ccallback import CFunc
from numba.core.registry import cpu_target
from numba.extending import intrinsic, typeof_impl

from refgen.kernels import kept

INTEGER, FLOAT, NOTHING = types.int64, types.float64, types.void
FLOATS, INTEGERS, WORDS = (
    types.CPointer(kind) for kind in (types.float64, types.int64, types.uint64)
)

_C_TYPES: dict[Any, Any] = {
    INTEGER: ctypes.c_int64,
    FLOAT: ctypes.c_double,
    NOTHING: None,
}

_compiling = threading.RLock()


class Linked:
    """A part of a kernel, which other parts call, or Python.

    `needs` are the parts that it calls.
    """

    def __init__(self, function: Callable, result: Any, kinds: tuple, needs: tuple):
        self.function, self.result, self.kinds = function, result, kinds
        self.needs = needs
        self.name = f"{function.__module__}.{function.__qualname__}"
        self._call = _call_of(self.name, result, kinds)

    def compile(self) -> None:
        """Compile it and what it needs, or read them from the disk."""
        with _compiling:
            if "_run" in self.__dict__:
                return
            for part in self.needs:
                part.compile()
            kinds, options = (self.kinds, self.result), {"error_model": "numpy"}
            made = CFunc(self.function, kinds, {}, options)
            kept(made.enable_caching, made)
            made.compile()
            self.address = int(made.address)  # type: ignore[arg-type]
            llvm.add_symbol(self.name, self.address)
            self._made = made  # the code lives as long as this does
            given: list[Any] = [
                _C_TYPES.get(kind, ctypes.c_void_p) for kind in self.kinds
            ]
            # Calls by ctypes leave Python's lock to other threads.
            self._run = ctypes.CFUNCTYPE(_C_TYPES[self.result], *given)(self.address)

    def __call__(self, *args: Any) -> Any:
        """Run it on numbers and addresses."""
        self.compile()
        return self._run(*args)


def linked(result: Any, *kinds: Any, needs: tuple = ()) -> Callable[[Callable], Linked]:
    """Make a function a part of kernels, of arguments of such kinds."""
    return lambda function: Linked(function, result, kinds, needs)


@typeof_impl.register(Linked)
def _type_of_linked(part: Linked, context: Any) -> Any:
    return cpu_target.typing_context.resolve_value_type(part._call)


def _call_of(name: str, result: Any, kinds: tuple) -> Any:
    signature = result(*kinds)

    def build(context, builder, signature, args):
        given = [context.get_value_type(kind) for kind in kinds]
        back = ir.VoidType() if result is NOTHING else context.get_value_type(result)
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(back, given), name
        )
        made = builder.call(function, args)
        return context.get_dummy_value() if result is NOTHING else made

    # The number of arguments of an intrinsic is that of a function.
    names = ", ".join(f"a{i}" for i in range(len(kinds)))
    space = {"signature": signature, "build": build}
    exec(f"def code(context, {names}): return signature, build", space)
    return intrinsic(space["code"])


def inlined(function: Callable) -> Any:
    """A small function that becomes a piece of each part that calls it."""
    return njit(inline="always", error_model="numpy")(function)


def address(array: Any) -> int:
    """Where a contiguous array is.

    Examples
    --------
    >>> import numpy as np
    >>> address(np.zeros(2)) % 8
    0
    """
    if not array.flags.c_contiguous:
        raise ValueError("the array must be contiguous")
    return int(array.ctypes.data)


def _at_code(kind: Any) -> Any:
    def code(typing_context, address):
        def build(context, builder, signature, args):
            return builder.inttoptr(args[0], context.get_value_type(kind))

        return kind(types.int64), build

    return code


def _ahead_code(typing_context, pointer, count):
    """The pointer to what is `count` entries further on."""

    def build(context, builder, signature, args):
        return builder.gep(args[0], [args[1]])

    return pointer(pointer, types.int64), build


floats_at: Any = intrinsic(_at_code(FLOATS))
integers_at: Any = intrinsic(_at_code(INTEGERS))
words_at: Any = intrinsic(_at_code(WORDS))
ahead: Any = intrinsic(_ahead_code)
