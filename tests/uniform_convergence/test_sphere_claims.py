"""Claims about networks on spheres: what their confidence is spent on."""

from types import SimpleNamespace

import numpy as np
import pytest

import refgen
from refgen.claims import get
from refgen.claims.uniform_convergence import sphere_networks
from refgen.claims.uniform_convergence.growing_bounds import reach_of_one_more
from refgen.random import Stream

N_MEMBERS = 8
RUNS = SimpleNamespace(
    n_wrong=np.full((1, 2, N_MEMBERS), 100.0),
    n_wrong_swapped=np.full((1, 2, N_MEMBERS), 100.0),
    transformed_errors=np.ones((1, 2, N_MEMBERS)),
    training_errors=np.zeros((1, 2, N_MEMBERS)),
)


@pytest.fixture
def spent(monkeypatch):
    """With which probability each limit may fail, as claims ask for them."""
    failures, own = [], sphere_networks.limits

    def recorded(rg, n_wrong, failure):
        failures.append(failure)
        return own(rg, n_wrong, failure)

    monkeypatch.setattr(sphere_networks, "limits", recorded)
    return failures


def test_two_medians_and_the_limits_of_all_members_fail_with_5_percent(spent):
    sphere_networks.falls(refgen, RUNS, 1.0)
    (failure,) = spent
    assert 2 * (N_MEMBERS * failure + 0.5**N_MEMBERS) == pytest.approx(0.05)


def test_limits_at_exchanged_radii_fail_with_5_percent_for_all_members(spent):
    get("UC-31").measure(refgen, RUNS)
    (failure,) = spent
    assert N_MEMBERS * failure == pytest.approx(0.05)


@pytest.mark.parametrize("n", [2, 5])
def test_one_more_normal_number_is_within_reach_with_95_percent(n):
    values = Stream(0).normal((40_000, n + 1, 1))
    first, last = values[:, :n], values[:, n]
    near = abs(last - first.mean(axis=1)) <= reach_of_one_more(first)
    assert near.mean() == pytest.approx(0.95, abs=0.004)
