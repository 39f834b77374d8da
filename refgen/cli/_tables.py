"""The files that ``refgen verify --report`` writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from refgen.cli._files import rescued, unwritable

if TYPE_CHECKING:
    from refgen.verify import Report


class ReportTables:
    """Writes the tables of measurements, and says at the end how that went.

    Parameters
    ----------
    directory : Path or None
        None writes nothing.

    Attributes
    ----------
    record : callable or None
        What `refgen.verify.verify` takes as `record`. It does not raise if a file
        cannot be written, so that everything else is saved first; `close` does.
    """

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._error: OSError | None = None
        self._saved: Path | None = None
        self._written: list[Path] = []
        self.record = None if directory is None else self._write

    def _write(self, report: Report, measurements: Any) -> None:
        from refgen.verify.measurements import write_tables

        assert self._directory is not None
        results = report.to_dict()["results"]
        try:
            self._written = write_tables(self._directory, results, measurements)
        except OSError as error:
            self._error = error
            self._saved = rescued(
                lambda folder: write_tables(folder, results, measurements)
            )

    def close(self) -> None:
        """Name the files that were written.

        Raises
        ------
        InputError
            If a file could not be written; it says where the tables were saved instead.
        """
        if self._directory is None:
            return
        if self._error is not None:
            raise unwritable("--report", self._directory, self._error, self._saved)
        for path in self._written:
            click.echo(f"wrote {path}")
