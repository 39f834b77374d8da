"""`refgen.linalg` on the device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refgen_gpu.mirror import mirrored

if TYPE_CHECKING:
    from refgen.linalg import *  # noqa: F403
else:
    __getattr__, __dir__, __all__ = mirrored(__name__)
