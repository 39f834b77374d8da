"""Distillation in the eigenspace, on the device; the names of `refgen.distillation`."""

from typing import TYPE_CHECKING

from refgen_gpu.mirror import mirrored

if TYPE_CHECKING:
    from refgen.distillation import *  # noqa: F403
else:
    __getattr__, __dir__, __all__ = mirrored(__name__)
