"""The command line: ``refgen verify | list | show | audit | doctor``."""

from typing import TYPE_CHECKING

from refgen._lazy import lazy

__all__ = ["main"]

# Why refgen_gpu has no such package.
NOT_MIRRORED = "one command line for both packages: refgen verify --backend cupy"

# Loaded on first use, so that a process can prepare for Ctrl-C before.
if TYPE_CHECKING:
    from refgen.cli._program import main
else:
    __getattr__, __dir__ = lazy(__name__, __all__, {"main": "_program"})
