"""The theories: the one list that everything else enumerates."""

from typing import TYPE_CHECKING

__all__ = ("disagreement", "resmem")

THEORIES: tuple[str, ...] = __all__

if TYPE_CHECKING:  # so that type checkers know them as attributes of the packages
    from refgen import disagreement as disagreement
    from refgen import resmem as resmem
