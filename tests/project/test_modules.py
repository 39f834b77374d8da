"""How modules are named, and that no two of them need each other."""

import ast
import importlib
from pathlib import Path

import pytest

from refgen.theories import THEORIES

ROOT = Path(__file__).parents[2]
REFGEN = ROOT / "refgen"


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
    # The order of imports would decide which of the two the package's attribute is.
    package = importlib.import_module(f"refgen.{theory}")
    assert set(package.__all__).isdisjoint(public_modules(theory))


def imported(path):
    """Modules that a module imports anywhere, within functions too.

    Imports for type checkers only are left out.
    """
    tree = ast.parse(path.read_text())
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def circle(graph):
    """The nodes of a circle in the order of its edges; empty if there is no circle."""
    finished, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node) :]
        if node in finished:
            return []
        path.append(node)
        for other in sorted(graph[node]):
            if found := visit(other):
                return found
        finished.add(path.pop())
        return []

    return next((found for node in sorted(graph) if (found := visit(node))), [])


def test_circles_are_found():
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": {"b"}}) == ["b", "c", "d"]


def test_no_modules_import_each_other_in_a_circle():
    graph = {
        name: {other for other in imported(path) if other in MODULES} - {name}
        for name, path in MODULES.items()
    }
    # Imports within functions count: they hide a circle, but it is still there.
    assert "refgen.kernels.filter" in graph["refgen.neighbors"]
    assert circle(graph) == []
