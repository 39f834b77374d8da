"""`refgen.special` on the device."""

from typing import TYPE_CHECKING

from refgen_gpu.mirror import mirrored

if TYPE_CHECKING:
    from refgen.special import *  # noqa: F403
else:
    __getattr__, __dir__, __all__ = mirrored(__name__)
