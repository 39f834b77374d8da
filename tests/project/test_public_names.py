"""`dir` of a package lists its public names and nothing else; theories are one list."""

import ast
from pathlib import Path

import pytest

import refgen
import refgen.theories
import refgen_gpu

TOPS = (refgen, refgen_gpu)


def packages():
    """Both packages, and the packages among their public names."""
    for top in TOPS:
        yield top
        values = [getattr(top, name) for name in top.__all__]
        yield from (value for value in values if hasattr(value, "__path__"))


PACKAGES = list(packages())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.__name__)
def test_dir_lists_the_public_names_and_nothing_else(package):
    assert dir(package) == sorted(package.__all__)
    assert len(set(package.__all__)) == len(package.__all__)
    assert all(hasattr(package, name) for name in package.__all__)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.__name__)
def test_other_names_are_missing(package):
    assert not hasattr(package, "nonsense")
    with pytest.raises(AttributeError, match=f"'{package.__name__}'"):
        package.nonsense  # noqa: B018


def test_the_tuple_of_theories_and_what_type_checkers_see_agree():
    tree = ast.parse(Path(refgen.theories.__file__).read_text())
    (shown,) = [
        [alias.name for alias in node.names]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "refgen"
    ]
    assert shown == sorted(refgen.theories.THEORIES)
    assert list(refgen.theories.THEORIES) == shown
    assert set(shown) <= set(refgen.__all__) & set(refgen_gpu.__all__)


@pytest.mark.parametrize("theory", refgen.theories.THEORIES)
def test_theories_are_packages_on_both_sides(theory):
    for top in TOPS:
        assert hasattr(getattr(top, theory), "__path__")
