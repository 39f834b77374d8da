"""Local explainability, on the device; the names of `refgen.explainability`."""

from typing import TYPE_CHECKING

from refgen_gpu.mirror import mirrored

if TYPE_CHECKING:
    from refgen.explainability import *  # noqa: F403
else:
    __getattr__, __dir__, __all__ = mirrored(__name__)
