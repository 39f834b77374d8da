"""The group of commands: found as files, loaded when used."""

import importlib
import subprocess
import sys

import pytest

import refgen.cli
from refgen.cli import audits, main
from refgen.cli._discovery import CommandFiles

HEAVY = {"numpy", "scipy", "numba", "sklearn", "hypothesis", "rich", "cupy"}
MODULES = """
import sys
from refgen.cli import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *sys.modules)
"""


def loaded(*args):
    """The modules that a command has loaded when it ends."""
    shown = subprocess.run(
        [sys.executable, "-c", MODULES, *args],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(shown.stdout.rpartition("loaded:")[2].split())


@pytest.mark.parametrize(
    "args", [["--version"], ["--help"], ["verify", "--help"], ["audit", "--help"]]
)
def test_help_and_version_load_nothing_heavy(args):
    assert HEAVY.isdisjoint(loaded(*args))


def test_a_shell_may_ask_how_a_word_goes_on(capsys, monkeypatch):
    asked = {"_REFGEN_COMPLETE": "bash_complete", "COMP_WORDS": "refgen veri"}
    for name, value in (asked | {"COMP_CWORD": "1"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().out == "plain,verify\n"


def test_version_loads_no_command():
    names = {f"refgen.cli.{name}" for name in main.commands}
    assert names.isdisjoint(loaded("--version"))


def test_list_loads_nothing_of_the_engine():
    modules = loaded("list")
    assert "refgen.claims" in modules
    assert {"refgen.verify", "refgen.cli.verify", "refgen_gpu"}.isdisjoint(modules)


@pytest.mark.parametrize("package", [refgen.cli, audits])
def test_a_command_has_the_name_of_its_file(package):
    files = CommandFiles(package.__name__)
    assert len(files) == len(list(files)) > 0
    for name, command in files.items():
        assert command.name == name
        assert command.help


@pytest.mark.parametrize(
    ("package", "path"), [(refgen.cli, []), (audits, ["audit"])], ids=["top", "audit"]
)
def test_a_new_command_is_a_new_file(run, monkeypatch, tmp_path, package, path):
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    (tmp_path / "say_hello.py").write_text(
        "import click\n\n"
        "@click.command()\n"
        "def command():\n"
        "    'Say hello.'\n"
        "    click.echo('hello')\n"
    )
    (tmp_path / "_shared.py").write_text("1 / 0\n")
    importlib.invalidate_caches()
    try:
        assert run(*path, "say-hello").output == "hello\n"
        assert "say-hello" in run(*path, "--help").output
        assert "No such command 'say-helo'." in run(*path, "say-helo").output
        assert "shared" not in run(*path, "--help").output
    finally:
        sys.modules.pop(f"{package.__name__}.say_hello", None)


def test_it_runs_as_a_module():
    shown = subprocess.run(
        [sys.executable, "-m", "refgen.cli", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == f"refgen, version {refgen.__version__}\n"
