"""Mixing: printed digits, limits, and what is refused."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from refgen import distillation as rd

RNG = np.random.default_rng(0)
X, Y, TARGET = RNG.normal(size=(6, 3)), RNG.normal(size=6), RNG.normal(size=3)
EYE, SEMIDEF = np.eye(2), "metric must be positive semidefinite"


def by_scikit_learn(X, y, penalty, mixing):
    """The coefficients of a mixed student, by two fits."""
    model = Ridge(penalty * len(X), fit_intercept=False)
    teacher = model.fit(X, y).predict(X)
    return model.fit(X, (1 - mixing) * y + mixing * teacher).coef_


def test_the_ratio_of_coincident_eigenvalues_is_below_their_number():
    assert f"{float(rd.coincident_gain(8, 925)):.5f}" == "7.93998"
    assert rd.coincident_gain(8, [0.0, 1e300]).tolist() == pytest.approx([1.0, 8.0])


@pytest.mark.parametrize("metric", [None, np.diag([1.0, 2.0, 0.5])])
def test_the_optimal_mix_is_the_best_of_many(metric):
    matrix = X.T @ X / len(X) if metric is None else metric

    def risk(mixing):
        error = by_scikit_learn(X, Y, 0.3, mixing) - TARGET
        return error @ matrix @ error

    best = float(rd.optimal_mixing(X, Y, TARGET, 0.3, metric))
    gain = float(rd.mixing_gain(X, Y, TARGET, 0.3, metric))
    assert risk(best) == pytest.approx(risk(0) - gain, rel=1e-10)
    assert risk(best) < min(risk(best - 1e-3), risk(best + 1e-3))


def test_mixing_changes_nothing_without_a_penalty_or_where_the_risk_is_blind():
    blind = np.zeros((3, 3))
    step = by_scikit_learn(X, Y, 0.3, 1.0) - by_scikit_learn(X, Y, 0.3, 0.0)
    across = np.outer(*[np.cross(step, [1.0, 2.0, 3.0])] * 2)
    row, orthogonal = np.array([[0.1], [0.2], [0.3]]), [1.0, 1.0, -1.0]
    for found in (rd.optimal_mixing, rd.mixing_gain):
        assert found(X, Y, TARGET, 0.0) == 0
        assert found(X, Y, TARGET, 0.3, blind) == 0
        assert found(X, Y, TARGET, 0.3, across) == 0  # the step, but for rounding
        assert found(row, orthogonal, [1.0], 0.3) == 0
    assert rd.leave_one_out_mixing(X, 0 * Y, 0.3) == 0
    apart = np.linalg.qr(X.T)[0].T  # rows that say nothing of each other
    sizes = np.geomspace(1e4, 1, len(apart))[:, None]
    for rows in (apart, sizes * apart):
        assert rd.leave_one_out_mixing(rows, Y[: len(rows)], 0.03) == 0
    assert rd.cp_mixing(X, Y, 0.0, 1.0) == 0


def test_a_tiny_penalty_costs_no_digits():
    fit = 1.5 / (1 + 1e-12)
    want = (fit - 1) * (1 + 1e-12) / (1e-12 * fit)
    found = rd.optimal_mixing(np.ones((2, 1)), [1.0, 2.0], [1.0], 1e-12)
    assert found == pytest.approx(want, rel=1e-14)


def test_rows_are_left_out_of_more_features_than_rows():
    wide, n = X[:2], 2
    for i in range(n):
        rest = [1 - i]
        model = Ridge(0.3 * n, fit_intercept=False).fit(wide[rest], Y[rest])
        wanted = Y[i] - model.predict(wide[[i]])[0]
        (found,) = rd.leave_one_out_residuals(wide, Y[:2], 0.3, 0)
        assert found[i] == pytest.approx(wanted, rel=1e-12)


def test_leaving_out_knows_no_time_at_its_beginning_and_its_end():
    early = rd.flow_left_out_residuals(X, Y, 1e-9)
    np.testing.assert_allclose(early, Y, atol=1e-7)
    late = rd.flow_left_out_residuals(X, Y, 1e6)
    hat = X @ np.linalg.solve(X.T @ X, X.T)
    np.testing.assert_allclose(late, (Y - hat @ Y) / (1 - np.diag(hat)), atol=1e-9)


def test_filters_that_no_mix_reaches():
    with pytest.raises(ValueError, match="filters that no mixing reaches"):
        rd.oracle_mixing([0.5, 0.25], [0.375, 0.203125])
    assert rd.oracle_mixing([0.5, 0.25], [0.5, 0.25]).tolist() == [0.0, 0.0]
    with pytest.raises(ValueError, match="filter must differ in all directions"):
        rd.oracle_mixing([0.5, 0.5], [0.5, 0.25])
    # Nearly equal directions: the excess is what the oracle itself needs, not noise.
    excess = rd.mixing_excess([0.5, 0.5 + 1e-14], [0.25, 0.75], [1.0, 1.0], 9)
    assert float(excess) == pytest.approx(0.125, abs=1e-9)


def test_directions_that_are_close_cost_no_digits_of_the_excess():
    x, oracle, k = np.linspace(-1, 1, 14), RNG.uniform(size=14), 8
    share = 0.5 + 0.01 * x
    # Another basis of the same polynomials: rows that are far from dependent.
    rows = (share * (1 - share))[:, None] * np.polynomial.legendre.legvander(x, k - 1)
    want = np.linalg.lstsq(rows, oracle - share)[1].item()
    got = rd.mixing_excess(share, oracle, np.ones(14), k)
    assert float(got) == pytest.approx(want, rel=1e-11)


def test_equal_penalties_need_no_student():
    penalty, mixing = rd.one_student_oracle([4.1, 0.2], [4.6, 4.6])
    assert (float(penalty), float(mixing)) == (4.6, 0.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rd.mixed_filter([0.5], 1.0), r"mixing must have at least 1 dim"),
        (lambda: rd.mixed_filter(X[:3], X[:2]), r"filter \(3,\), mixing \(2,\)"),
        (lambda: rd.coincident_gain(0, 1.0), "n_directions must be at least 1, got 0"),
        (lambda: rd.mixed_penalty([1.0], 0.0, 1.0), "penalty must be positive"),
        (lambda: rd.mixed_penalty([1.0], 1.0, 2.0), r"below 1 \+ spectrum/penalty, go"),
        (lambda: rd.optimal_mixing(X, Y[1:], TARGET, 1.0), r"y has 5 label.* X 6 row"),
        (lambda: rd.optimal_mixing(X, Y, TARGET[1:], 1.0), r"coefficients must have"),
        (lambda: rd.optimal_mixing(X, Y, TARGET, -1.0), "penalty must not be neg"),
        (lambda: rd.mixing_gain(X, Y, TARGET, 1.0, np.eye(2)), "metric must have sh"),
        (lambda: rd.mixing_gain(X, Y, TARGET, 1.0, X[:3]), "metric must be symm"),
        (lambda: rd.mixing_gain(EYE, EYE[0] + EYE[1], EYE[0], 1.0, EYE - 1), SEMIDEF),
        (lambda: rd.leave_one_out_mixing(X, Y, 0.0), "penalty must be positive"),
        (lambda: rd.leave_one_out_residuals(X, Y, 1.0, -1), "n_students must be at"),
        (lambda: rd.leave_one_out_residuals(X, Y, 1.0, 101), "must be at most 100"),
        (lambda: rd.flow_left_out_residuals(X, Y, 0.0), "time must be positive"),
        (lambda: rd.cp_mixing(X, Y, 1.0, -1.0), "noise must not be negative"),
        (lambda: rd.oracle_mixing([0.5, 1.0], [1, 1]), "filter must lie strictly be"),
        (lambda: rd.oracle_mixing([0.5, 0.0], [1, 1]), "filter must lie strictly be"),
        (lambda: rd.one_student_oracle([1, 1], [1, 2]), "two different eigenvalues"),
        (lambda: rd.one_student_oracle([2, 1], [2, 1]), "penalties must rise as the"),
        (lambda: rd.one_student_oracle([2, 1], [0.1, 9]), "penalties must rise less"),
        (lambda: rd.one_student_oracle([3, 2, 1], [1, 1, 1]), "must have 2 directions"),
        (lambda: rd.mixing_excess([0.5], [1], [-1], 1), "weights must not be negat"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
