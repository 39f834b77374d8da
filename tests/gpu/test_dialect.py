"""Formulas call nothing that CuPy computes less well, or in another order each time.

Found by reading CuPy 14.2: https://github.com/cupy/cupy.
"""

import ast
from pathlib import Path

import pytest

import refgen

PACKAGE = Path(refgen.__file__).parent
# Its calls are on NumPy arrays only.
ON_THE_HOST = ("cli", "kernels", "verify", "intervals")

INSTEAD = {
    "reduceat": "subtracts cumulative sums; use the kernel segment_sums",
    "add.at": "adds by atomic operations, in any order",
    "bincount with weights": "adds by atomic operations, in any order",
    "cumsum without axis": "of floats, differs from run to run; name the axis",
    "cholesky": "silent about failures, counts in 32 bits; use refgen.kernels.factors",
    "eigh": "silent about failures, counts in 32 bits; use refgen.kernels.factors",
    "eigvalsh": "silent about failures, counts in 32 bits; use refgen.kernels.factors",
    "solve": "silent about failures; use refgen.linalg.solve_positive",
    "inv": "silent about failures; use refgen.linalg.solve_positive",
}


def sources():
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if place.parts[0] not in ON_THE_HOST:
            yield str(place), path.read_text()


def refused(text):
    """What a source calls that it should not, with the line."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, name = ast.unparse(node.func.value), node.func.attr
            given = {keyword.arg for keyword in node.keywords}
            if name == "at":
                name = f"{owner.rpartition('.')[2]}.at"
            if name == "bincount" and "weights" in given:
                name = "bincount with weights"
            if name == "cumsum" and "axis" not in given:
                name = "cumsum without axis"
            if name in INSTEAD and owner.partition(".")[0] != "np":
                yield node.lineno, name


# Sums of true and false, which are exact.
EXACT = {("disagreement/_levels.py", "cumsum without axis")}


def test_formulas_keep_to_what_is_as_good_on_a_device():
    found = [
        f"{place}:{line}: {name} of CuPy {INSTEAD[name]}"
        for place, text in sources()
        for line, name in refused(text)
        if (place, name) not in EXACT
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("xp.add.reduceat(mass, starts)", "reduceat"),
        ("namespace(a).add.at(a, i, 1.0)", "add.at"),
        ("xp.bincount(codes, weights=mass)", "bincount with weights"),
        ("xp.cumsum(mass)", "cumsum without axis"),
        ("mass.cumsum()", "cumsum without axis"),
        ("xp.linalg.eigh(gram)", "eigh"),
    ],
)
def test_such_calls_are_seen(text, name):
    assert [found for _, found in refused(text)] == [name]


def test_other_calls_pass():
    text = "xp.cumsum(mass, axis=-1); np.add.reduceat(a, b); xp.bincount(codes)"
    assert list(refused(text)) == []
