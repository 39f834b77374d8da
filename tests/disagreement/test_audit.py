"""The audit: its numbers against naive ones, its bounds, its rows."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from refgen.disagreement import (
    _runs,
    audit,
    cace_noise_floor,
    disagreement_estimate,
    unbiased_squared_bins,
)
from refgen.disagreement._bounds import audited_bounds

RUNS = np.array([[0, 1, 1, 2], [0, 1, 2, 2], [0, 0, 1, 2], [1, 1, 1, 2]])
LABELS = np.array([0, 1, 1, 0])


@st.composite
def hard(draw):
    m, n, k = draw(st.tuples(st.integers(2, 6), st.integers(1, 6), st.integers(1, 4)))
    codes = st.integers(0, k - 1)
    runs = draw(hnp.arrays(np.int64, (m, n), elements=codes))
    return runs, draw(hnp.arrays(np.int64, n, elements=codes))


@st.composite
def soft(draw):
    m, n, k = draw(st.tuples(st.integers(2, 5), st.integers(1, 5), st.integers(2, 4)))
    mass = st.integers(0, 5) | st.floats(1e-12, 1e-8)
    p = draw(hnp.arrays(float, (m, n, k), elements=mass))
    p[..., 0] += p.sum(axis=-1) == 0
    labels = draw(hnp.arrays(np.int64, n, elements=st.integers(0, k - 1)))
    return p / p.sum(axis=-1, keepdims=True), labels


def naive(runs, labels):
    """Error, U, V and CACE of probabilities by loops over runs, points and levels."""
    m, n, k = runs.shape
    error = 1 - sum(runs[a, i, labels[i]] for a in range(m) for i in range(n)) / (m * n)
    differ = 1 - np.einsum("aik,bik->ab", runs, runs) / n
    u = (differ.sum() - np.trace(differ)) / (m * (m - 1))
    shares = runs.mean(axis=0)
    masses = {}
    for i in range(n):
        for c in range(k):
            q = round(shares[i, c], 12)
            value = ((labels[i] == c) - shares[i, c]) / n
            masses[q] = masses.get(q, 0) + value
    return error, u, differ.mean(), sum(map(abs, masses.values()))


@given(hard())
@example((np.array([[0], [1]]), np.array([2])))
@example((RUNS, LABELS))
def test_hard_labels_agree_with_loops_and_bounds_hold(case):
    runs, labels = case
    result = audit(runs, labels)
    k = max(runs.max(), labels.max()) + 1
    found = (result.error, result.disagreement_U, result.disagreement_V, result.cace)
    np.testing.assert_allclose(found, naive(np.eye(k)[runs], labels), atol=1e-12)
    assert result.holds
    assert {b.claim for b in result.bounds} == {"GDE-5", "GDE-6", "GDE-7", "GDE-15"}
    floor = 2 * result.disagreement_U / result.n_runs
    assert result.finite_runs_floor == pytest.approx(floor, abs=1e-12)


@pytest.mark.filterwarnings("ignore::refgen.disagreement.SparseLevelsWarning")
@given(soft())
@example((np.full((2, 1, 2), 0.5), np.array([0])))
@example((np.array([[[1.0, 0]], [[1, 0]]]), np.array([1])))
def test_bounds_hold_for_sampled_members(case):
    p, labels = case
    result = audit(p, labels, members="sample")
    found = (result.error, result.disagreement_U, result.disagreement_V)
    np.testing.assert_allclose(found, naive(p, labels)[:3], atol=1e-12)
    assert result.holds
    assert "GDE-15" not in {b.claim for b in result.bounds}
    assert result.finite_runs_floor >= -1e-12


# Classes that are drawn may have more levels than one or two points have labels.
@pytest.mark.filterwarnings("ignore::refgen.disagreement.SparseLevelsWarning")
@given(hard())
@example((RUNS, LABELS))
@example((np.array([[0], [1], [1]]), np.array([0])))
def test_one_hot_probabilities_are_hard_labels(case):
    runs, labels = case
    k = max(runs.max(), labels.max()) + 1
    expected = audit(runs, labels)
    for members in ("argmax", "sample"):
        result = audit(np.eye(k)[runs], labels, members=members)
        for name in ("error", "cace", "gap_V", "binned_cace", "cace_noise_floor"):
            value = getattr(expected, name)
            assert getattr(result, name) == pytest.approx(value, abs=1e-12), name


def test_numbers_by_hand():
    # Both runs are wrong at one of two points and agree at the other: CACE(2) = 2 · ½.
    result = audit([[0, 1], [0, 2]], [0, 0])
    assert (result.error, result.disagreement_U, result.disagreement_V) == (
        0.5,
        0.5,
        0.25,
    )
    assert (result.gap_U, result.gap_V, result.cace) == (0.0, -0.25, 1.0)
    assert (result.n_runs, result.n_points, result.n_classes) == (2, 2, 3)


def test_finite_sample_quantities():
    result = audit(RUNS, LABELS, n_bins=4)
    assert result.cace_noise_floor == cace_noise_floor(RUNS, LABELS, 4)
    assert result.squared_bins == unbiased_squared_bins(RUNS, LABELS, 4).sum()
    soft = audit(np.eye(3)[RUNS], LABELS, members="sample", n_bins=4)
    assert soft.squared_bins == pytest.approx(result.squared_bins)
    assert audit(RUNS[:, :1], LABELS[:1]).squared_bins is None


def test_default_method():
    assert audit(RUNS).estimate == disagreement_estimate(RUNS, method="jackknife")
    assert audit(RUNS[:2]).estimate.method == "hoeffding"
    assert audit(RUNS[:, :1]).estimate.method == "hoeffding"
    assert audit(RUNS, None, 0.9, "normal").estimate.confidence_level == 0.9
    assert audit(RUNS).n_bins == 10


def test_argmax_and_sample_differ():
    p = np.full((3, 2, 2), 0.5)
    assert audit(p).disagreement_U == 0
    assert audit(p).members == "argmax"
    assert audit(p, members="sample").disagreement_U == 0.5


def test_without_labels():
    result = audit(RUNS)
    assert result.error is None
    assert result.bounds == ()
    assert result.holds


def test_text_labels_and_a_class_never_predicted():
    words = np.array(["cat", "dog", "eel", "fox"])
    result = audit(words[RUNS], words[[0, 1, 1, 3]])
    assert result.error == audit(RUNS, [0, 1, 1, 3]).error
    assert result.n_classes == 4


@pytest.mark.filterwarnings("ignore::refgen.disagreement.SparseLevelsWarning")
def test_float32_probabilities_are_normalized():
    p = np.random.default_rng(0).dirichlet(np.ones(7), size=(4, 50))
    exact = audit(p, np.zeros(50, int), members="sample")
    result = audit(p.astype(np.float32), np.zeros(50, int), members="sample")
    assert result.error == pytest.approx(exact.error, abs=1e-6)


def test_large_laws_leave_the_chains_out(monkeypatch):
    # The module's name is shadowed by the function of that name.
    monkeypatch.setitem(audit.__globals__, "LAW_ENTRIES", 1)
    result = audit(RUNS, LABELS)
    assert [b.claim for b in result.bounds] == ["GDE-5", "GDE-6", "GDE-15"]
    assert result.holds


@pytest.mark.parametrize("is_soft", [False, True])
def test_predictions_are_parsed_and_counted_once(monkeypatch, is_soft):
    calls = []

    def counted(name):
        function = getattr(_runs, name)

        def call(*args):
            calls.append(name)
            return function(*args)

        return call

    names = ("check_predictions", "check_labels", "encoded", "count_votes")
    for name in names:
        monkeypatch.setattr(_runs, name, counted(name))
    audit(np.eye(3)[RUNS] if is_soft else RUNS, LABELS, method="normal")
    assert calls == (["count_votes"] if is_soft else list(names))


@pytest.mark.filterwarnings("ignore::refgen.disagreement.SparseLevelsWarning")
def test_merged_levels_are_within_the_slack():
    # Levels that are 5e-10 apart merge into one; its CACE alone is too small a bound.
    q = 0.5 + 5e-10 * np.arange(4000)
    p = np.stack([q, 1 - q], axis=1)
    y = (np.arange(4000) < 2000).astype(int)
    result = audit(np.stack([p, p]), y, members="sample")
    assert result.holds
    assert all(b.slack < 1e-5 for b in result.bounds)


def test_a_bound_that_fails_says_so():
    bounds = audited_bounds(0.5, 0.1, None, 4, (2, 0.5, 0.4))
    assert [b.holds for b in bounds] == [False, False, False]


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        (([[0, 1]],), {}, r"holds 1 run\(s\); at least 2"),
        (([[0, 1], [0]],), {}, "ragged"),
        (([0, 1],), {}, "must have shape"),
        ((np.zeros((2, 0)),), {}, "is empty"),
        (([[0, np.nan], [0, 1]],), {}, "predictions holds NaN"),
        ((RUNS, [0, 1]), {}, r"labels must have shape \(4,\)"),
        ((RUNS, LABELS), {"n_bins": 0}, "n_bins must be at least 1"),
        ((RUNS,), {"members": "mean"}, "members must be one of"),
        ((RUNS,), {"method": "bootstrap"}, "method must be one of"),
        ((RUNS,), {"confidence_level": 1.0}, "confidence_level must be strictly"),
        ((np.full((2, 3, 2), 0.4),), {}, "must sum to 1"),
        ((np.full((2, 3, 2), 0.4, np.float32),), {}, "must sum to 1"),
        ((np.full((2, 2, 2), 0.5), [0, 2]), {}, r"class indices 0\.\.1"),
        ((np.full((2, 2, 2), 0.5), [0, 0.5]), {}, r"labels holds 0\.5, which is no"),
        ((np.full((2, 2, 2), 0.5), ["a", "b"]), {}, r"class indices 0\.\.1"),
    ],
)
def test_bad_input(args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        audit(*args, **kwargs)


POINTS = np.arange(12) % 3


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (POINTS + 7, r"share no class: predictions hold 0, 1, 2, labels hold 7, 8, 9"),
        (POINTS * 0 + 3, "share no class: predictions hold 0, 1, 2, labels hold 3;"),
    ],
)
def test_predictions_and_labels_that_never_meet(labels, message):
    runs = np.stack([POINTS, POINTS])
    for n_points in (12, 10):
        with pytest.raises(ValueError, match=message):
            audit(runs[:, :n_points], labels[:n_points])
    # On a few points all predictions may be wrong.
    assert audit(runs[:, :9], labels[:9]).error == 1


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (str.upper, "'CAT', 'cat' are different classes"),
        (" {}".format, "' cat', 'cat' are different classes"),
        ("{}\u200b".format, "are different classes"),
        (lambda word: chr(ord(word[0]) + 0xFEE0) + word[1:], "are different classes"),
        ("{}".format, None),
    ],
)
def test_words_that_are_written_almost_alike(change, hint):
    words = np.array(["cat", "dog", "eel"])[POINTS]
    labels = [change(word) for word in words]
    if hint is None:
        assert audit([words, words], labels).error == 0
        return
    with pytest.raises(ValueError, match=f"share no class.*{hint}"):
        audit([words, words], labels)
    with pytest.warns(UserWarning, match=hint) as caught:
        audit([words, labels])
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("step", [1, -1])
def test_classes_counted_from_zero_and_from_one(step):
    labels = POINTS + (step == -1)
    word = {1: "larger", -1: "smaller"}[step]
    known = "check that predictions and labels are encoded alike"
    better = f"{word} by 1 would have the error 0.000, not 1.000"
    with (
        pytest.warns(UserWarning, match=known),
        pytest.warns(UserWarning, match=better),
    ):
        audit([POINTS + (step == 1), POINTS + (step == 1)], labels)
    # A little less error, 6/12 in place of 7/12, says nothing.
    error = audit(np.zeros((2, 12), int), [0] * 5 + [step] * 6 + [2 * step]).error
    assert error == pytest.approx(7 / 12)


def test_probabilities_as_labels_are_refused():
    p = np.random.default_rng(0).random((3, 20))
    with pytest.raises(ValueError, match=r"these are probabilities.*np\.stack"):
        audit(p)
    with pytest.raises(ValueError, match="these are probabilities"):
        audit(np.round(p).astype(int), p[0])
    assert audit(np.round(p)).n_classes == 2


def test_runs_and_points_that_are_exchanged():
    runs = np.stack([POINTS, POINTS], axis=1)
    with pytest.raises(ValueError, match=r"exchanged; .*swapaxes"):
        audit(runs, POINTS)
    with pytest.warns(UserWarning, match="12 runs on only 2 points") as caught:
        audit(runs)
    assert [warning.filename for warning in caught] == [__file__]
    assert audit(runs, [0, 1]).n_runs == 12
    with pytest.raises(ValueError, match="exchanged"):
        audit(np.eye(3)[runs], POINTS)


def test_classes_are_told():
    assert audit([["b", "a"], ["a", "a"]]).classes == ("a", "b")
    assert audit([[1.0, 2.0], [1.0, 1.0]]).headline.endswith("classes 1, 2")
    assert audit([["a,b", " c"], ["a,b", "d"]]).headline.endswith(
        "classes ' c', 'a,b', d"
    )
    assert audit([["a\x1b[2J", "b"], ["b", "b"]]).headline.endswith(r"'a\x1b[2J', b")
    many = audit(np.stack([np.arange(3000)] * 2))
    assert many.headline.endswith("classes 0, 1, 2, 3, … and 2,996 more")
    assert audit(np.eye(2)[RUNS % 2]).classes == (0, 1)


def test_text_and_numbers_do_not_mix():
    with pytest.raises(TypeError, match="mix text and numbers"):
        audit(RUNS, ["a", "b", "c", "d"])


def test_rows_say_what_the_result_holds():
    result = audit(RUNS, LABELS, n_bins=4)
    assert result.headline == "4 runs × 4 points, classes 0, 1, 2"
    rows = dict(result.estimate_rows() + result.label_rows())
    assert len(rows) == 12
    assert rows["95 % jackknife interval, low"] == result.estimate.low
    assert rows["CACE in 4 bins"] == result.binned_cace
    assert [row[0] for row in result.bound_rows()] == [b.claim for b in result.bounds]
    assert result.slack == max(b.slack for b in result.bounds)


def test_rows_leave_out_what_is_not_defined():
    assert "Squared bins, unbiased" not in dict(
        audit(RUNS[:, :1], LABELS[:1]).label_rows()
    )
    unlabelled = audit(RUNS)
    assert unlabelled.label_rows() == unlabelled.bound_rows() == []
    assert unlabelled.slack == 0


@pytest.mark.parametrize(("v", "holds"), [(0.25, True), (0.2, False), (0.3, False)])
def test_an_identity_fails_on_either_side(v, holds):
    bound = audited_bounds(0.0, 0.0, None, 4, (2, 0.5, v))[-1]
    assert (bound.relation, bound.holds) == ("=", holds)


def test_gaps_are_disagreement_minus_error():
    result = audit(RUNS, LABELS)
    # 9 of 24 pairs of runs differ, and 7 of 16 predictions are wrong; U is 9/24.
    assert (result.disagreement_U, result.error) == (9 / 24, 7 / 16)
    assert (result.gap_U, result.gap_V) == (9 / 24 - 7 / 16, 3 / 4 * 9 / 24 - 7 / 16)
