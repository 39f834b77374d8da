"""Running a command as a user does."""

import pytest
from click.testing import CliRunner

from refgen.cli import main


@pytest.fixture(scope="session")
def run():
    """``run("list", "--markdown")`` gives the exit code and the output."""
    return lambda *args: CliRunner().invoke(main, list(map(str, args)))
