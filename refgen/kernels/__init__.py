"""Kernels: loops over data, written once for the CPU and once for a device; private.

This package has the versions for the CPU, by Numba or a library. For every module here
whose functions are fetched by `kernel`, the device's package has one of the same name.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from refgen.arrays import package_of


def compiled(function: Callable, **options: Any) -> Any:
    """Compile with Numba, cached on disk where there is a place to write.

    Where neither the package nor the home directory is writable, Numba refuses to
    cache, and on a full disk it fails; the kernel then compiles once per process, with
    the same results. The interpreter's lock is released, so that threads may share the
    work. `options` are passed to ``numba.njit``.
    """
    from numba import njit

    made = njit(nogil=True, **options)(function)
    kept(made.enable_caching, made)
    return made


def kept(enable_caching: Callable, made: Any) -> None:
    """Let what Numba made be kept on the disk where it can be."""
    try:
        enable_caching()
    except RuntimeError as error:
        if "no locator available" not in str(error):
            raise
        return
    cache = made._cache
    for name in ("load_overload", "save_overload"):
        setattr(cache, name, _without_failing(getattr(cache, name)))
    # What a kernel is made of may be in other files than it.
    file = cache._cache_file
    file._source_stamp = (file._source_stamp, _stamps())


@functools.cache
def _stamps() -> tuple:
    """When the kernels' files were changed, and their sizes."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return tuple((f.name, f.stat().st_mtime, f.stat().st_size) for f in files)


def _without_failing(access: Callable) -> Callable:
    """Reading or writing a cache, where failing means that nothing was found."""

    @functools.wraps(access)
    def attempt(*args: Any) -> Any:
        try:
            return access(*args)
        except OSError:
            return None

    return attempt


def kernel(module: str, name: str) -> _Kernel:
    """The kernel `name` of the module `module`, which runs where its first array is.

    Modules are imported by the first call, so that Numba is not loaded earlier.

    Examples
    --------
    >>> absolute_level_sums = kernel("levels", "absolute_level_sums")
    >>> absolute_level_sums
    <kernel levels.absolute_level_sums>
    """
    return _Kernel(module, name)


# The class has no docstring: an instance shows the kernel's docstring.
class _Kernel:
    __slots__ = ("__name__", "module")

    def __init__(self, module: str, name: str) -> None:
        self.module, self.__name__ = module, name

    def __call__(self, array: Any, *args: Any) -> Any:
        return self.of(package_of(array))(array, *args)

    def of(self, package: str) -> Callable:
        """The kernel's function in `package`: refgen or the device's package."""
        return _find(f"{package}.kernels.{self.module}", self.__name__)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.of("refgen").__doc__

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self.of("refgen"))

    def __reduce__(self) -> tuple:
        return kernel, (self.module, self.__name__)

    def __repr__(self) -> str:
        return f"<kernel {self.module}.{self.__name__}>"


@functools.cache
def _find(module: str, name: str) -> Callable:
    found: Callable = getattr(importlib.import_module(module), name)
    return found
