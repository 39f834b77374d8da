"""Draws for which no interval is valid are the claim's error."""

import numpy as np
import pytest
from support.sampled_claims import decided, normals, one

from refgen.claims import Claim, InvalidMeasurement, equal, sampled
from refgen.verify import verify_claim
from refgen.verify.tally import ClaimError


def drawn_as(values, rhs=0.5, **options):
    """A claim whose n draws are ``values(n)``."""

    def measure(rg, instance, draws):
        """A mean."""
        return sampled(values(draws.n), rhs, 0.1, **options)

    return Claim("identity", one(0.5), measure, "TEST", "nowhere")


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        (drawn_as(lambda n: np.full((1, n), np.nan), bounds=(0, 1)), "NaN or infinity"),
        (drawn_as(lambda n: np.full((1, n), np.inf), kurtosis=3), "NaN or infinity"),
        (drawn_as(lambda n: np.zeros((1, n)), np.nan, binary=True), "NaN or infinity"),
        (drawn_as(lambda n: np.full((1, n), 1.1), bounds=(0, 1)), "outside their"),
        (drawn_as(lambda n: np.full((1, n), 0.5), bounds=(1, 0)), "in order"),
        (drawn_as(lambda n: np.full((1, n), 0.5), binary=True), "not all 0 or 1"),
        (drawn_as(lambda n: np.zeros((1, n - 1)), binary=True), "256 draws for each"),
        (drawn_as(lambda n: np.zeros((2, n)), binary=True), "each of 1 instances"),
        (drawn_as(lambda n: np.zeros((1, n)), np.zeros(3), binary=True), "rhs has"),
        (drawn_as(lambda n: np.zeros((1, n))), "say one thing about the draws"),
        (
            drawn_as(lambda n: np.zeros((1, n, 2)), binary=True, sizes=(1, 2)),
            "limits and rates have sizes",
        ),
    ],
)
def test_draws_that_are_not_what_they_should_be_are_errors(claim, problem):
    with pytest.raises(ClaimError, match=problem):
        decided(claim, 1)
    assert verify_claim(claim).verdict == "ERROR"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"precision": 0.0}, "precision must be positive"),
        ({"precision": np.nan}, "precision must be positive"),
        ({"order": 0.0}, "order must be positive"),
        ({"binary": False}, "say one thing"),
        ({"bounds": (0, 1)}, "say one thing"),
        ({"binary": False, "kurtosis": 0.5}, "kurtosis"),
        ({"bounds": (0, 1), "binary": False, "repeats": 0}, "repeats must be a pos"),
        ({"bounds": (0, 1), "binary": False, "repeats": 1.5}, "repeats must be"),
        ({"binary": True, "repeats": 2}, "1 without bounds"),
        ({"sizes": (1, 2)}, "an axis of 2 sizes"),
        ({"sizes": (1,)}, "at least two positive"),
        ({"sizes": (1, 1)}, "in ascending order"),
        ({"precision": "1 %"}, "precision must be positive, got '1 %'"),
        ({"binary": False, "kurtosis": "3"}, "kurtosis must be at least 1, got '3'"),
        ({"binary": False, "bounds": 1}, r"bounds must be a pair \(low, high\), got 1"),
        ({"bounds": (0, 1), "binary": False, "repeats": np.nan}, "repeats must be"),
        ({"scale": 0.0}, "scale must be positive"),
        ({"kind": "equality"}, "kind must be one of .* got 'equality'"),
        ({"reason": None}, "reason must be a text, got None"),
        ({"values": np.zeros(8)}, r"expected \(batch, n\)"),
    ],
)
def test_measurements_without_a_valid_interval_are_refused(options, problem):
    arguments = {"values": np.zeros((2, 8)), "rhs": 0.5, "precision": 0.1}
    with pytest.raises(InvalidMeasurement, match=problem):
        sampled(**arguments | {"binary": True} | options)


def test_a_claim_that_takes_draws_returns_sampled():
    def measure(rg, instance, draws):
        """A mean."""
        return equal(normals(instance, draws).mean(axis=-1), 0.5)

    with pytest.raises(ClaimError, match=r"returns sampled\(…\), .* got Measurement"):
        decided(Claim("identity", one(0.5), measure, "TEST", "nowhere"), 1)


def test_a_claim_cannot_change_its_bounds_as_it_draws():
    def measure(rg, instance, draws):
        """A mean."""
        values = normals(instance, draws)
        bounds = (float(values.min()), float(values.max()))
        return sampled(values, 0.0, 0.1, bounds=bounds)

    claim = Claim("identity", one(0.0), measure, "TEST", "nowhere")
    with pytest.raises(InvalidMeasurement, match=r"changed (low|high) between draws"):
        decided(claim, 3)
