"""The house rules: who imports whom, small rooms, pages that match the registry."""

import ast
import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from refgen.claims import all_claims
from refgen.cli import main
from refgen.theories import THEORIES

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("refgen/**/*.py"), *ROOT.glob("refgen_gpu/**/*.py")])

# A layer may import itself and the ones before it.
LAYERS = ("ground", "base", "theory", "claims", "verify", "cli")
GROUND = {"", "__init__", "_instances", "_interrupts", "_lazy", "_libraries"}
GROUND |= {"_plain", "_shown", "_streams", "arrays", "theories"}
BASE = {
    "_bounds",
    "_checks",
    "_class_doubts",
    "_codes",
    "_estimators",
    "_files",
    "_finite",
    "_indices",
    "_label_types",
    "_matrices",
    "_naming",
    "_numbers",
    "_objects",
    "_orders",
    "_pictures",
    "_probabilities",
    "_quadrature",
    "_rows",
    "_scales",
    "_simplex",
    "_urns",
    "special",
    "random",
    "domains",
    "intervals",
    "neighbors",
    "linalg",
}
BASE |= {"networks", "kernels"}  # networks: a theory that the others may use


def layer(module):
    name = module.split(".")[1] if "." in module else ""
    if name in GROUND:
        return "ground"
    if name in BASE:
        return "base"
    if name in THEORIES:
        return "theory"
    assert name in LAYERS, f"say here in which layer {module} is"
    return name


def theory_of(module):
    """The theory that a module, or a module of claims, belongs to."""
    parts = module.split(".")
    about = parts[2:3] if parts[1:2] == ["claims"] else parts[1:2]
    found = about[0] if about and about[0] in THEORIES else None
    return None if parts[1:2] == [found] and found in BASE else found


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


# One test for all files: thousands of tests of a millisecond take longer to administer.
def wrong_imports(is_wrong):
    """Pairs of a file and a module that it imports."""
    return [
        (str(path.relative_to(ROOT)), module)
        for path in SOURCES
        for module in imports(path)
        if is_wrong(path.relative_to(ROOT).with_suffix("").parts, module)
    ]


def goes_up(parts, module):
    package = module.split(".")[0]
    if parts[0] == "refgen" and "cli" not in parts and package == "refgen_gpu":
        return True
    if package != "refgen" or len(parts) < 2 or module == "refgen":
        return False
    # refgen_gpu stands on the theories and the layers before them.
    own = layer(".".join(parts)) if parts[0] == "refgen" else "theory"
    return LAYERS.index(layer(module)) > LAYERS.index(own)


def goes_across(parts, module):
    about, other = theory_of(".".join(parts)), theory_of(module)
    is_claim = parts[:2] == ("refgen", "claims") and module.startswith("refgen.claims.")
    return other not in (None, about) and (is_claim or about is not None)


def test_imports_go_down_the_layers():
    assert wrong_imports(goes_up) == []


def test_theories_and_their_claims_do_not_know_each_other():
    assert wrong_imports(goes_across) == []


def test_wrong_imports_are_seen():
    assert goes_up(("refgen", "arrays"), "refgen.verify")
    assert goes_up(("refgen", "resmem", "risk"), "refgen_gpu")
    assert not goes_up(("refgen", "cli", "main"), "refgen_gpu")
    assert goes_across(("refgen", "resmem", "risk"), "refgen.distillation")
    claims = "refgen", "claims", "resmem", "risk"
    assert goes_across(claims, "refgen.claims.distillation")
    assert not goes_across(claims, "refgen.claims.kinds")


def test_no_file_is_above_500_lines():
    more = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("benchmarks/**/*.py")]
    paths = [*SOURCES, *sorted(more)]
    assert [p for p in paths if len(p.read_text().splitlines()) > 500] == []


TESTS = sorted(ROOT.glob("tests/**/*.py"))
# Folders of tests without a counterpart in the packages.
NO_TOPIC = {
    "fuzz": "all public functions alike",
    "gpu": "what refgen_gpu has and refgen has not",
    "mutation": "errors planted in all of refgen",
    "project": "rules for the whole repository",
    "support": "what several tests use",
}


def loaded(path):
    """Modules that a file imports, also by a string, and the names that it imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            if not module.startswith("refgen"):  # whose functions may be called test_
                yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            values = [a.value for a in node.args if isinstance(a, ast.Constant)]
            yield from (value for value in values if isinstance(value, str))


def loads_a_test(path):
    return [m for m in loaded(path) if any(s.startswith("test_") for s in m.split("."))]


def test_no_test_imports_from_another():
    assert [path for path in TESTS if loads_a_test(path)] == []


@pytest.mark.parametrize(
    "text",
    [
        "import tests.random.test_laws",
        "from test_laws import MANY",
        "from . import test_laws",
        "def f():\n    from random.test_laws import MANY",
        "pytest.importorskip('test_laws')",
    ],
)
def test_imports_from_tests_are_seen(text, tmp_path):
    path = tmp_path / "test_new.py"
    path.write_text(text)
    assert loads_a_test(path)


def test_folders_of_tests_mirror_the_packages():
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in TESTS}
    topics = {
        path.stem
        for package in ("refgen", "refgen_gpu")
        for path in (ROOT / package).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    topics |= NO_TOPIC.keys()
    assert {name for name in folders if not name.endswith(".py")} <= topics


def test_theory_headings_and_registry_are_one_to_one():
    headings = []
    for page in ROOT.glob("theory/*.md"):
        found = re.findall(r"^### (\S+)", page.read_text(), flags=re.MULTILINE)
        headings += [(page.stem, heading) for heading in found]
    claims = [(claim.theory, claim.id) for claim in all_claims()]
    assert sorted(headings) == sorted(claims)


def test_generated_tables_are_up_to_date():
    def printed(*options):
        return CliRunner().invoke(main, ["list", "--markdown", *options]).output

    remedy = "write it anew: refgen list --markdown > CLAIMS.md"
    assert printed() == (ROOT / "CLAIMS.md").read_text(), remedy
    table = printed("--theories")
    lines = (ROOT / "README.md").read_text().splitlines()
    start = lines.index(table.splitlines()[0])
    shown = itertools.takewhile(lambda line: line.startswith("|"), lines[start:])
    remedy = "paste what `refgen list --markdown --theories` prints into README.md"
    assert list(shown) == table.splitlines(), remedy


def test_every_theory_has_claims_and_a_page_and_no_page_is_left_over():
    assert {path.stem for path in ROOT.glob("theory/*.md")} == set(THEORIES)
    assert {claim.theory for claim in all_claims()} == set(THEORIES)


@pytest.mark.parametrize("theory", THEORIES)
def test_importing_a_theory_loads_no_estimators_plots_or_compilers(theory):
    code = f"import sys, refgen.{theory}; print(*sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert {"numba", "sklearn", "hypothesis", "matplotlib", "scipy.stats"}.isdisjoint(
        shown.stdout.split()
    ), "show these names by refgen._lazy, as refgen/disagreement/__init__.py does"


def test_importing_refgen_loads_nothing_heavy():
    code = "import sys, refgen; print(*sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"numba", "sklearn", "hypothesis", "matplotlib", "scipy", "cupy"}
    assert heavy.isdisjoint(shown.stdout.split())
