"""Claims register as they are declared; twins change something that exists."""

import subprocess
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from refgen.arrays import Instance
from refgen.claims import (
    RegistrationError,
    UnknownClaim,
    all_claims,
    at_most,
    claim,
    equal,
    get,
    registry,
)
from refgen.claims.registry import modules
from refgen.domains import real, record
from refgen.verify import PROFILES, verify_claim


@dataclass(frozen=True, repr=False)
class Share(Instance):
    """A number."""

    x: Any


shares = record(Share, "numbers in [0, 1]", x=real(0, 1))


@pytest.fixture(autouse=True)
def without_these_claims_afterwards():
    yield
    for id in [id for id in registry._claims if id.startswith("TEST")]:
        del registry._claims[id]


def declare(id="TEST-1", kind="inequality", **options):
    @claim(id, kind=kind, domain=shares, **options)
    def bounded(rg, share, limit=1, power=1):
        """x ≤ 1."""
        return at_most(share.x**power, limit)

    return bounded


def test_a_claim_registers_when_it_is_declared():
    assert declare() is get("TEST-1")
    assert get("TEST-1").source == "derived here"
    assert get("TEST-1") in all_claims()


def test_declared_again_in_the_same_file_it_replaces_the_first():
    first, second = declare(), declare()
    assert get("TEST-1") is second is not first


def test_an_id_belongs_to_one_file():
    get("GDE-6")
    with pytest.raises(RegistrationError, match=r"GDE-6' exists already, in "):
        declare("GDE-6")


def test_an_id_of_the_package_is_taken_before_its_module_is_imported():
    program = """
        from refgen.claims import claim
        from refgen.claims.disagreement.domains import finite_laws
        def gap(rg, law):
            \"A statement.\"
        claim("RM-2", kind="identity", domain=finite_laws)(gap)
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True
    )
    assert "'RM-2' exists already, in refgen.claims.resmem." in ran.stderr


def test_a_claim_needs_a_statement_and_a_kind_that_exists():
    nameless = claim("TEST-2", kind="inequality", domain=shares)
    with pytest.raises(RegistrationError, match="no docstring"):
        nameless(lambda rg, share: at_most(share.x, 1))
    with pytest.raises(RegistrationError, match=r"kind must be one of .* 'identiy'"):
        declare(kind="identiy")


@pytest.mark.parametrize(
    ("options", "kind", "problem"),
    [
        (
            {"domain": real(0, 1)},
            RegistrationError,
            "domain must be a .*Domain, got Real",
        ),
        ({"domain": shares, "cost": 0}, ValueError, "cost must be at least 1"),
    ],
)
def test_a_claim_needs_a_domain_and_a_positive_cost(options, kind, problem):
    with pytest.raises(kind, match=problem):
        claim("TEST-2", kind="inequality", **options)


def of_one(law):
    """One argument."""


def of_others(rg, law, other):
    """An argument without a default."""


def drawn_late(rg, law, share=1, draws=None):
    """Draws do not come third."""


@pytest.mark.parametrize(
    ("measure", "problem"),
    [
        (of_one, r"must take \(rg, instance\)"),
        (of_others, "missing a required argument: 'other'"),
        (drawn_late, "draws must be the third argument"),
        (0.5, "a claim is a function, got 0.5"),
    ],
)
def test_a_claim_takes_a_package_and_an_instance(measure, problem):
    with pytest.raises(RegistrationError, match=problem):
        claim("TEST-args", kind="identity", domain=shares)(measure)


def test_a_twin_takes_what_its_claim_takes():
    with pytest.raises(RegistrationError, match="must both take draws, or neither"):
        get("GDE-17s").twin_function("draws nothing")(lambda rg, law: None)
    with pytest.raises(RegistrationError, match="must both take draws, or neither"):
        get("GDE-6").twin_function("draws")(lambda rg, law, draws: None)
    with pytest.raises(RegistrationError, match=r"twin 'takes less': the function"):
        get("GDE-6").twin_function("takes less")(lambda law: None)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"id": " "}, "id"),
        ({"id": 6}, "id"),
        ({"source": None}, "source"),
        ({"slow": "no"}, "slow"),
    ],
)
def test_a_claim_has_words_for_its_id_and_source(options, name):
    options = {"id": "TEST-args", "kind": "identity", "domain": shares} | options
    with pytest.raises(TypeError, match=rf"^{name} must be"):
        claim(**options)


def test_a_claim_with_the_id_of_another_is_not_registered():
    assert registry.is_registered(get("GDE-6"))
    assert not registry.is_registered(replace(get("GDE-6")))


def test_an_id_alone_is_found():
    assert [c.id for c in registry.find("GDE-6")] == ["GDE-6"]


def test_a_claim_that_measures_nothing_of_its_kind_is_an_error():
    result = verify_claim(declare(kind="identity"), PROFILES["quick"])
    assert result.verdict == "ERROR"
    assert "declared of kind 'identity' and measured inequality only" in result.error


def test_a_twin_is_the_claim_with_another_argument():
    bounded = declare()
    bounded.twin("x ≤ 0.9", limit=0.9)
    result = verify_claim(bounded, PROFILES["quick"])
    assert result.verdict == "HOLDS"
    assert [twin.text for twin in result.twins] == ["x ≤ 0.9"]


def test_a_twin_is_the_claim_on_another_domain():
    bounded = declare()
    larger = shares.but("numbers in [0, 2]", x=real(0, 2))
    assert bounded.twin("up to 2", domain=larger).domain is larger
    assert verify_claim(bounded, PROFILES["quick"]).verdict == "HOLDS"


def test_a_twin_is_a_function_of_its_own():
    bounded = declare()

    @bounded.twin_function("x is 1")
    def _(rg, share):
        return equal(share.x, 1)

    assert verify_claim(bounded, PROFILES["quick"]).verdict == "HOLDS"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"bound": 2}, "bound is no argument .* these are: limit, power"),
        ({"share": 2}, "share is no argument"),
        ({}, "changes nothing"),
        ({"limit": 1}, "changes nothing"),
        ({"limit": 1.0}, "changes nothing"),
        ({"domain": shares}, "changes nothing"),
    ],
)
def test_a_twin_changes_an_argument_that_exists(changed, problem):
    with pytest.raises(RegistrationError, match=problem):
        declare().twin("nonsense", **changed)


@pytest.mark.parametrize("text", ["", " ", None])
def test_a_twin_says_what_it_claims(text):
    with pytest.raises(RegistrationError, match="text must say what the twin claims"):
        declare().twin(text, limit=0.9)


def test_a_twin_holds_on_a_domain():
    bounded = declare()
    with pytest.raises(RegistrationError, match="reason must be a text, got None"):
        bounded.twin("x ≤ 0.9", limit=0.9, reason=None)
    with pytest.raises(RegistrationError, match=r"domain must be a .*Domain, got str"):
        bounded.twin("x ≤ 0.9", domain="shares")
    with pytest.raises(RegistrationError, match=r"domain must be a .*Domain, got Real"):
        bounded.twin_function("x ≤ 0.9", domain=real(0, 1))(lambda rg, share: None)
    assert bounded.twins == []


def test_two_twins_of_a_claim_do_not_say_the_same():
    bounded = declare()
    bounded.twin("x ≤ 0.9", limit=0.9)
    bounded.twin("x ≤ 0.7", limit=0.7)
    with pytest.raises(RegistrationError, match=r"has the twin 'x ≤ 0.9' already"):
        bounded.twin("x ≤ 0.9", limit=0.8)


def test_claims_come_in_natural_order():
    ids = [c.id for c in all_claims()]
    assert ids.index("GDE-9") < ids.index("GDE-10") < ids.index("GDE-10b")
    assert ids[-1] == "resmem-widths"


def test_every_pattern_has_to_match():
    with pytest.raises(UnknownClaim, match="GDE-666"):
        registry.find(["GDE-6", "GDE-666"])


def test_a_claim_of_another_package_belongs_to_no_theory():
    assert declare().theory == ""
    assert get("GDE-6").theory == "disagreement"


def test_a_claim_knows_the_line_that_declares_it():
    path, line = get("GDE-6").location.split(":")
    root = Path(registry.__file__).parents[2]
    assert (root / path).read_text().splitlines()[int(line) - 1] == "@claim("


def test_every_claim_of_the_package_has_a_twin():
    assert [c.id for c in all_claims() if not c.twins] == []


def test_the_sources_say_which_module_declares_a_claim():
    declared = {c.id: c.measure.__module__ for c in all_claims()}
    assert declared == modules()


def test_only_the_modules_of_the_claims_asked_for_are_imported():
    code = (
        "import sys; from refgen.claims import get; get('GDE-6'); "
        "print(*(m for m in sys.modules if m.startswith('refgen.claims.')))"
    )
    command = [sys.executable, "-c", code]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theories = [m for m in shown.split() if m.count(".") == 3]
    assert "refgen.claims.disagreement.theorems" in theories
    assert not [m for m in theories if ".resmem." in m or m.endswith("digits")]
