"""How modules are named."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REFGEN = ROOT / "refgen"

# A theory is a package that has claims of its own.
THEORIES = sorted(
    folder.name
    for folder in (REFGEN / "claims").iterdir()
    if (REFGEN / folder.name / "__init__.py").exists()
)


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in REFGEN.rglob("*.py")}


def public_modules(theory):
    paths = (REFGEN / theory).glob("*.py")
    return sorted(path.stem for path in paths if not path.stem.startswith("_"))


def defined(path):
    """Names that the statements of a module define, without those that it imports."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (t.id for t in node.targets if isinstance(t, ast.Name))


def test_there_are_theories():
    assert {"disagreement", "resmem"} <= set(THEORIES)


@pytest.mark.parametrize("theory", THEORIES)
def test_modules_that_define_nothing_public_have_an_underscore(theory):
    public = set(importlib.import_module(f"refgen.{theory}").__all__)
    helpers = [
        module
        for module in public_modules(theory)
        if public.isdisjoint(defined(REFGEN / theory / f"{module}.py"))
    ]
    assert helpers == []


@pytest.mark.parametrize("theory", THEORIES)
def test_no_module_has_the_name_of_something_public(theory):
    # The package's attribute would be one or the other, by the order of imports.
    package = importlib.import_module(f"refgen.{theory}")
    assert set(package.__all__).isdisjoint(public_modules(theory))
