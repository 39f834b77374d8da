"""Disagreement between runs, test error and calibration, on the device.

The names of `refgen.disagreement`; see there.
"""

from typing import TYPE_CHECKING

from refgen_gpu.mirror import mirrored

if TYPE_CHECKING:
    from refgen.disagreement import *  # noqa: F403
else:
    __getattr__, __dir__, __all__ = mirrored(__name__)
