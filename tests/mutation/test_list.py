"""The stored mutants apply to the package as it is, and there are enough of them."""

import pytest

from mutation.related import Callers
from mutation.stored import ROOT, Mutant, StaleMutant, enclosing, load, source

MUTANTS = load()


def test_every_mutant_applies_and_compiles():
    for mutant in MUTANTS:
        text = mutant.apply(source(mutant))
        assert text != source(mutant), mutant
        compile(text, mutant.file, "exec")


def test_there_are_many_in_both_theories_and_what_they_stand_on():
    assert len(MUTANTS) >= 300
    for part in ("disagreement", "resmem", "claims", "verify", "intervals", "kernels"):
        assert any(f"refgen/{part}/" in mutant.file for mutant in MUTANTS), part


def test_no_mutant_is_listed_twice():
    changes = [(m.file, m.apply(source(m))) for m in MUTANTS]
    assert len(set(changes)) == len(changes)


def test_tests_that_run_exist():
    for path in {path for mutant in MUTANTS for path in mutant.tests}:
        assert (ROOT / path).exists(), path


TEXT = "a = 1\n\n\nclass C:\n    b = a\n\n    def f(self):\n        return a + a\n"


def mutant(old, new, occurrence=None):
    return Mutant("area", "refgen/x.py", old, new, "what", occurrence)


@pytest.mark.parametrize(("old", "occurrence"), [("z", None), ("a", None), ("b", 2)])
def test_a_text_that_is_not_there_once_is_an_error(old, occurrence):
    with pytest.raises(StaleMutant, match=r"refgen/x\.py"):
        mutant(old, "y", occurrence).apply(TEXT)


def test_an_occurrence_is_replaced_alone():
    changed = mutant("a + a", "a - a").apply(TEXT)
    assert changed == TEXT.replace("+", "-")
    assert mutant("= ", "=  ", 2).apply(TEXT) == TEXT.replace("b = a", "b =  a")


def test_the_line_is_that_of_the_first_difference():
    assert (
        mutant("b = a\n\n    def f(self):", "b = a\n\n    def g(self):").line(TEXT) == 7
    )


@pytest.mark.parametrize(("line", "name"), [(1, ""), (5, "C"), (7, "C.f"), (8, "C.f")])
def test_the_enclosing_function_is_found(line, name):
    assert enclosing(TEXT, line) == name


def test_related_claims_are_those_that_call_the_function_or_what_is_in_it():
    gap = next(m for m in MUTANTS if m.what == "sign of the gap")
    module = "refgen.disagreement.rates"
    callers = Callers(
        {
            "A": {(module, "gap")},
            "B": {(module, "gap.<locals>.f")},
            "C": {(module, "gap_of"), ("refgen.other", "gap")},
        }
    )
    assert callers.of(gap) == ["A", "B"]
