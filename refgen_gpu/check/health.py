"""Whether the device still answers: after some errors it never does again."""

from __future__ import annotations

from refgen_gpu.backend import NoDeviceError, backend


def why_silent() -> str | None:
    """None if the device computes, or if there is none; else the error's text.

    After an illegal access, for example, every later call of the same process fails,
    so that what comes after it would be blamed for it.

    Examples
    --------
    >>> why_silent() is None
    True
    """
    try:
        be = backend()
    except NoDeviceError:
        return None
    try:
        be.to_host(be.xp.zeros(1))
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:500]
    return None
