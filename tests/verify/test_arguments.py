"""A run refuses wrong arguments by their names, before any work."""

from types import SimpleNamespace

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import refgen
from refgen.claims import Claim, UnknownClaim, find, get
from refgen.disagreement import FiniteLaw
from refgen.verify import PROFILES, OutsideDomain, check, select, verify, verify_claim

LAW = FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]])
QUICK = PROFILES["quick"]


@pytest.mark.parametrize(
    ("argument", "value", "kind"),
    [
        ("ids", ["GDE-66"], UnknownClaim),
        ("ids", 3, TypeError),
        ("ids", [], ValueError),
        ("ids", [3], TypeError),
        ("profile", "fast", ValueError),
        ("profile", QUICK, ValueError),
        ("n_instances", 0, ValueError),
        ("n_instances", 2.5, TypeError),
        ("seed", -1, ValueError),
        ("seed", "1", TypeError),
        ("rg", np, TypeError),
        ("on_result", "print", TypeError),
        ("error_probability", 0.0, ValueError),
        ("error_probability", "small", TypeError),
        ("n_jobs", 0, ValueError),
        ("dask", 8786, TypeError),
        ("run", 3, TypeError),
        ("record", True, TypeError),
    ],
)
def test_of_verify(argument, value, kind):
    options = {"ids": ["GDE-6"], "profile": "quick"} | {argument: value}
    with pytest.raises(kind, match=rf"\b{argument}\b"):
        verify(**options)


@pytest.mark.parametrize(
    ("argument", "value", "kind"),
    [
        ("claim", "GDE-6", TypeError),
        ("profile", "quick", TypeError),
        ("n_instances", -1, ValueError),
        ("seed", -1, ValueError),
        ("rg", 1, TypeError),
        ("error_probability", 2.0, ValueError),
    ],
)
def test_of_verify_claim(argument, value, kind):
    options = {"claim": get("GDE-6"), "profile": QUICK} | {argument: value}
    with pytest.raises(kind, match=rf"\b{argument}\b"):
        verify_claim(**options)


@pytest.mark.parametrize(
    ("call", "argument", "kind"),
    [
        (lambda: check("GDE-66", LAW), "id", UnknownClaim),
        (lambda: check("GDE-4*", LAW), "id", UnknownClaim),
        (lambda: check(6, LAW), "id", TypeError),
        (lambda: check("GDE-17s", LAW), "id", ValueError),
        (lambda: check("GDE-6", 0.5), "instance", OutsideDomain),
        (lambda: check("GDE-6", FiniteLaw), "instance", OutsideDomain),
        (lambda: check("GDE-6", LAW, rg="refgen"), "rg", TypeError),
        (lambda: select(["GDE-66"], QUICK), "ids", UnknownClaim),
        (lambda: select(["GDE-6"], "quick"), "profile", TypeError),
        (lambda: get(["GDE-6"]), "id", TypeError),
        (lambda: find([None]), "ids", TypeError),
    ],
)
def test_of_single_claims(call, argument, kind):
    with pytest.raises(kind, match=rf"\b{argument}\b"):
        call()


def test_ids_may_come_one_alone():
    assert find("GDE-6") == [get("GDE-6")]
    assert select("GDE-6", QUICK) == ([get("GDE-6")], [])


def test_a_check_is_done_as_in_a_run(monkeypatch):
    """A NaN that the decision rule refuses is no warning of NumPy's on the way."""

    def decide(claim, rg, batch, size):
        threads = {pool["num_threads"] for pool in threadpool_info()}
        quiet = set(np.geterr().values()) == {"ignore"}
        return SimpleNamespace(violated=[not quiet or threads != {1}])

    monkeypatch.setattr(Claim, "decide", decide)
    assert check("GDE-6", LAW, rg=refgen)
