"""The line that a refutation prints shows it again, in a process that knows nothing."""

import importlib
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import refgen
from refgen.arrays import Instance
from refgen.claims import Claim, equal, get
from refgen.disagreement import FiniteLaw
from refgen.domains import Domain
from refgen.verify import PROFILES, verify_claim
from refgen.verify.declared import declared, where
from refgen.verify.profiles import Profile
from refgen.verify.reproduce import measuring, running
from refgen.verify.tasks import Settings

# A user's file: false claims of all kinds, refuted at all stages.
MINE = '''
from dataclasses import dataclass
from typing import Any
import numpy as np
from hypothesis import strategies as st
from refgen import domains as dom
from refgen.arrays import Instance
from refgen.claims import at_most, claim, equal, exceeds, sampled, tends_to
from refgen.disagreement import FiniteLaw
from refgen.domains import Domain

@dataclass(frozen=True)
class Point(Instance):
    x: Any
    y: Any

@dataclass(frozen=True, repr=False)
class Pair(Instance):
    first: Point
    law: FiniteLaw

points = dom.record(Point, "points", x=dom.real(0, 1), y=dom.real(0, 1))
third = Domain("a third", lambda: [Point(np.array(1 / 3), np.array(0.0))])
pairs = Domain("a pair", lambda: [Pair(
    Point(np.array(0.1), np.array(1)), FiniteLaw([1.0], [[0.1, 0.9]], [[0.7, 0.3]])
)])
hidden = Domain(
    "points that only the sampler draws below 0",
    list,
    lambda: st.just(Point(np.array(0.5), np.array(0.5))),
    lambda rg, stream, size: Point(stream.uniform(size) - 0.5, stream.uniform(size)),
)

@claim("MY-pinned", kind="existence", domain=third)
def pinned(rg, p):
    """x > 1/3."""
    return exceeds(p.x, 1 / 3)

@claim("MY-nested", kind="limit", domain=pairs)
def nested(rg, p):
    """h/n tends to 1."""
    sizes = np.array([10.0, 1000.0])
    values = p.law.vote_shares[..., 0, 1, None] + p.first.x[..., None] / sizes
    return tends_to(values, 1.0, [(1.0, 1)], sizes)

@claim("MY-search", kind="identity", domain=points)
def search(rg, p):
    """x = y."""
    return equal(p.x, p.y)

@claim("MY-scan", kind="inequality", domain=hidden)
def scan(rg, p):
    """-x is at most 0."""
    return at_most(-p.x, 0.0)

@claim("MY-ascent", kind="inequality", domain=points)
def ascent(rg, p):
    """A sharp peak does not reach 1."""
    return at_most(1 - abs(p.x - 0.31416) - abs(p.y - 0.2718), 0.998)

@claim("MY-drawn", kind="identity", domain=points)
def drawn(rg, p, draws):
    """A coin that falls with x/2 + y/4 falls with x/2."""
    chance = p.x / 2 + p.y / 4
    coins = draws.stream.uniform((len(chance), draws.n)) < chance[:, None]
    return sampled(coins + 0.0, p.x / 2, binary=True)
drawn.twin("a twin", domain=points.but("other points", list))
'''
RUN = """
import json
from refgen.claims import find
from refgen.verify import PROFILES, verify_claim
for c in find("MY-*"):
    r = verify_claim(c, PROFILES["quick"], n_instances=20_000, seed=3)
    print(json.dumps([c.id, r.verdict, r.decision, r.violation, r.reproduce]))
"""


def python(code, where, **options):
    """Start Python in a folder that has nothing to do with the claims."""
    command = [sys.executable, "-P", *code]
    return subprocess.Popen(
        command, cwd=where, text=True, stdout=subprocess.PIPE, **options
    )


def output(process):
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return out


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "user's files" / "theorems.py"
    path.parent.mkdir()
    path.write_text(MINE)
    return path


@pytest.fixture
def elsewhere(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


@pytest.mark.parametrize("how", ["imported", "script"])
def test_every_refutation_of_a_users_claim_is_shown_again(how, mine, elsewhere):
    if how == "imported":
        load = f"import sys; sys.path.insert(0, {str(mine.parent)!r}); import theorems"
        first = python(["-c", f"{load}\n{RUN}"], elsewhere)
    else:
        guarded = "\n".join(f"    {line}" for line in RUN.splitlines())
        mine.write_text(f'{MINE}\nif __name__ == "__main__":{guarded}\n')
        first = python([str(mine)], elsewhere)
    found = [json.loads(line) for line in output(first).splitlines()]
    assert len(found) == 6
    if how == "script":  # how a file is loaded does not depend on the stage
        found = [row for row in found if row[0] in ("MY-drawn", "MY-nested")]
    again = [python(["-c", row[-1]], elsewhere) for row in found]
    for (id, verdict, decision, violation, line), process in zip(
        found, again, strict=True
    ):
        assert verdict == "REFUTED", id
        assert " # " not in line
        assert output(process) == {None: "False\n"}.get(
            decision, f"REFUTED {decision}\n"
        )
        assert decision is not None or "Point(" in violation


PLANT = """
import refgen.disagreement as d
d.expected_disagreement = lambda law: 0 * law.weights[..., 0] + 0.9
"""
VERIFY = """
from refgen.verify import verify
for r in verify(["GDE-17s", "GDE-1"], profile="quick", seed=5).results:
    print(r.verdict, r.decision, r.reproduce, sep="|")
"""


def test_refutations_of_the_packages_claims_are_shown_again(elsewhere):
    """With the same error planted in the package; a claim among others is run alone."""
    lines = output(python(["-c", PLANT + VERIFY], elsewhere)).splitlines()
    for verdict, decision, line in (row.split("|") for row in lines):
        assert verdict == "REFUTED"
        again = output(python(["-c", PLANT + line], elsewhere))
        assert again == ("False\n" if decision == "None" else f"REFUTED {decision}\n")


@dataclass(frozen=True, repr=False)
class Number(Instance):
    x: Any


def false_claim(instance):
    domain = Domain("a number", lambda: [instance])
    return Claim(
        "identity", domain, lambda rg, n: equal(n.x.sum(axis=-1), 0.0), "T", "-"
    )


def test_a_line_says_where_it_works_if_no_file_declares_the_claim():
    result = verify_claim(false_claim(Number(np.ones(2))), PROFILES["quick"])
    assert result.reproduce.endswith("# in the session that declared T")
    assert "check('T', Number(x=[1.0, 1.0]))" in result.reproduce


def test_the_place_of_a_claim_is_named_unless_another_process_finds_all():
    claim, module = get("GDE-6"), "refgen.disagreement.laws"
    assert declared(claim, {(module, "A.B")}) == f"from {module} import A; "
    assert where(claim, {(module, "A.B")}) == ""
    for unknown in (
        where(replace(claim), set()),
        where(claim, {(module, "f.<locals>.A")}),
        where(claim, {("no_file", "A")}),
    ):
        assert unknown == "  # in the session that declared GDE-6"


def test_a_module_of_a_package_is_imported_from_the_packages_folder(
    tmp_path, monkeypatch
):
    inner = tmp_path / "mine" / "deep"
    inner.mkdir(parents=True)
    for path in (inner.parent, inner):
        (path / "__init__.py").touch()
    (inner / "theorems.py").write_text("def measure(rg, law): pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("mine.deep.theorems")
    found = declared(replace(get("GDE-6"), measure=module.measure), set())
    folder = str(tmp_path.resolve())
    assert found == (
        f"import sys; sys.path.insert(0, {folder!r}); import mine.deep.theorems; "
    )


def test_an_instance_too_large_for_a_line_is_found_again_by_a_run():
    result = verify_claim(false_claim(Number(np.full(30_000, 0.3))), PROFILES["wide"])
    assert "verify_claim(get('T'), PROFILES['wide'], seed=0)" in result.reproduce
    assert len(result.reproduce) < 1000


def test_what_a_check_of_arguments_would_change_is_written_past_it():
    third = FiniteLaw.trusted(
        weights=np.array([1.0]),
        label_probabilities=np.array([[0.5, 0.5 - 1e-12]]),
        vote_shares=np.array([[0.5, 0.5]]),
    )
    line = measuring(refgen.claims.get("GDE-6"), third, refgen)
    assert "FiniteLaw.trusted(weights=[1.0]" in line
    assert "0.499999999999" in line


def test_a_run_has_the_sizes_that_it_had():
    settings = Settings(28, 10, 4001, 4096, 4, 1)
    line = running(get("GDE-17s"), settings, 1e-5, refgen)
    assert "PROFILES['quick'], n_instances=4001, seed=28" in line
    other = running(get("GDE-17s"), replace(settings, draws=8), 1e-5, refgen)
    made = Profile("again", 4001, 10, slow=True, draws=8, simulated=4)
    assert f"verify_claim(get('GDE-17s'), {made!r}, seed=28" in other
