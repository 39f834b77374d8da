"""``refgen show``: everything about one claim."""

import pytest


def test_it_gives_statement_source_derivation_code_and_twins(run):
    result = run("show", "GDE-6")
    assert result.exit_code == 0
    assert "W₁" in result.output
    assert "derived here" in result.output
    assert "theory/disagreement.md" in result.output
    assert "refgen/claims/disagreement/theorems.py:" in result.output
    assert "the constant 0.48 would do" in result.output


@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("GDE-99", "no claim or theory 'GDE-99'"),
        ("gde6", "nearest: GDE-6"),
        ("GDE-8*", "show takes one id"),
        ("GDE-6*", "show takes one id"),
        ("GDE-[1-5]", "matches GDE-1, GDE-2, GDE-3, GDE-4, GDE-5\n"),
        ("GDE-[1-6]", "matches GDE-1, GDE-2, GDE-3, GDE-4, GDE-5, …\n"),
        ("resmem", "show takes one id; 'resmem' matches RM-1, "),
    ],
)
def test_anything_but_one_id_exits_two(run, id, message):
    result = run("show", id)
    assert result.exit_code == 2
    assert message in result.output
