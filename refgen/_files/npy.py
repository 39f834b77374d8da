"""Arrays in .npy and .npz files; sizes are checked before memory is taken."""

from __future__ import annotations

import math
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from refgen._shown import listed

# np.savez_compressed makes constant predictions 1,000 times smaller, and real ones
# hardly 100 times. What unpacks to less than this is not worth asking.
_HARMLESS = 2**30
_USUAL_RATIO = 100

_MAGIC = np.lib.format.MAGIC_PREFIX
_BROKEN = (ValueError, EOFError, OSError, MemoryError, OverflowError, zlib.error)


def read_npy(path: Path) -> np.ndarray:
    """The array of a .npy file, in native byte order.

    Raises
    ------
    ValueError
        If it is not whole, or holds no plain numbers or text.
    """
    with path.open("rb") as file:
        return _array(file, path.stat().st_size, ".npy")


def read_npz(path: Path, name: str) -> np.ndarray:
    """The only array of an .npz file, or the one called `name`.

    Raises
    ------
    ValueError
        If it is not whole, holds no such array, or unpacks to far more than its size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member = _member(archive, name)
            with archive.open(member) as file:
                return _array(file, member.file_size, ".npz")
    except (zipfile.BadZipFile, EOFError, zlib.error, OSError) as error:
        raise ValueError(f"not a whole .npz file ({error}); write it anew") from error
    except (RuntimeError, NotImplementedError) as error:
        raise ValueError(
            f"cannot be unpacked ({error}); write it with np.savez"
        ) from error


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = {
        info.filename.removesuffix(".npy"): info
        for info in archive.infolist()
        if not info.is_dir()
    }
    if not members:
        raise ValueError("holds no array; save one with np.savez")
    if name not in members and len(members) > 1:
        raise ValueError(
            f"holds the arrays {listed(sorted(members))}; save one array, or name it "
            f"{name!r}"
        )
    key = name if name in members else next(iter(members))
    member = members[key]
    if member.file_size > max(_HARMLESS, _USUAL_RATIO * member.compress_size):
        raise ValueError(
            f"{key!r} would unpack to {member.file_size:,} bytes from "
            f"{member.compress_size:,}; if that is meant, write it with np.savez, "
            "which does not compress"
        )
    return member


def _array(file: IO[bytes], size: int, kind: str) -> np.ndarray:
    try:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ValueError("it does not start as an array does")
        file.seek(0)
        shape, dtype = _header(file)
    # NumPy evaluates a header with Python's parser: a broken one may raise anything.
    except Exception as error:
        raise _not_whole(kind, error) from error
    _check_dtype(dtype)
    _check_size(kind, shape, dtype, size - file.tell())
    file.seek(0)
    try:
        array = np.lib.format.read_array(file, allow_pickle=False)
    except _BROKEN as error:
        raise _not_whole(kind, error) from error
    return np.ascontiguousarray(_as_native(array))


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], Any]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    elif version in ((2, 0), (3, 0)):
        # Version 3 is version 2 with field names in UTF-8; fields are refused.
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise ValueError(f"unknown version {version}")
    return shape, dtype


def _check_dtype(dtype: Any) -> None:
    if dtype.hasobject:
        raise ValueError(
            "holds Python objects (dtype object); save numbers or text, for example "
            "array.astype(int) or array.astype(str)"
        )
    if dtype.names is not None or dtype.subdtype is not None:
        raise ValueError(
            f"holds named fields ({listed(dtype.names or ())}); save a plain array, "
            "for example array['name']"
        )


def _check_size(kind: str, shape: tuple[int, ...], dtype: Any, rest: int) -> None:
    wanted = math.prod(shape) * dtype.itemsize
    if min(shape, default=1) < 0 or (dtype.itemsize == 0 and math.prod(shape)):
        raise _not_whole(kind, f"shape {shape} of {dtype} is impossible")
    if wanted > rest:
        reason = f"shape {shape} of {dtype} needs {wanted:,} bytes, {rest:,} are there"
        raise _not_whole(kind, reason)
    if wanted < rest:
        raise ValueError(
            f"holds {rest - wanted:,} bytes after its array of shape {shape}; save "
            "each array in a file of its own"
        )


def _as_native(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "S":
        try:
            return np.char.decode(array, "utf-8")
        except UnicodeDecodeError as error:
            raise ValueError("holds bytes that are no UTF-8 text; save text") from error
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.kind == "U" and array.size:
        points = np.frombuffer(array.tobytes(), np.uint32)
        if points.max(initial=0) > 0x10FFFF:
            raise ValueError("holds text with impossible characters; write it anew")
    return array


def _not_whole(kind: str, reason: Any) -> ValueError:
    return ValueError(f"not a whole {kind} file ({reason}); write it anew")
