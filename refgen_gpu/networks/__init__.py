"""Two-layer networks trained by the batch, on the device.

The names of `refgen.networks`; see there.
"""

from typing import TYPE_CHECKING

from refgen_gpu.mirror import mirrored

if TYPE_CHECKING:
    from refgen.networks import *  # noqa: F403
else:
    __getattr__, __dir__, __all__ = mirrored(__name__)
