"""Commands are files: a new command is a new file, and no list names it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

import click


class CommandFiles(Mapping[str, click.Command]):
    """The commands that are files of a package, by name, for a `click.Group`.

    A file defines its command under the name `command`. It is imported when the command
    is used or when a help text lists it, so it must be cheap to import: what only a run
    needs is imported inside functions. The file ``two_words.py`` is the command
    ``two-words``. Packages are no commands, nor are files whose name starts with an
    underscore.

    Parameters
    ----------
    package : str
        Full name of the package.

    Examples
    --------
    >>> list(CommandFiles("refgen.cli.audits"))
    ['disagreement', 'distillation', 'uniform-convergence']
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules())

    def __len__(self) -> int:
        return len(self._modules())

    def __getitem__(self, name: str) -> click.Command:
        module = self._modules()[name]
        return importlib.import_module(f"{self._package}.{module}").command

    def _modules(self) -> dict[str, str]:
        found = pkgutil.iter_modules(importlib.import_module(self._package).__path__)
        return {
            module.name.replace("_", "-"): module.name
            for module in found
            if not (module.ispkg or module.name.startswith("_"))
        }
