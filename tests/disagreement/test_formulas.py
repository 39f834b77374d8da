"""The formulas against loops, exact fractions, enumeration, quadrature and print."""

from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import naive

import refgen.disagreement as rd
from refgen.disagreement._runs import parsed

EXACT = {"rel": 1e-12, "abs": 1e-12}

ONE_POINT = ([Fraction(1)], [[Fraction(1)]], [[Fraction(1)]])
KIRSCH_GAL = (
    [Fraction(1)],
    [[Fraction(7, 10), Fraction(3, 10)]],
    [[Fraction(1, 5), Fraction(4, 5)]],
)
AGGREGATED_ONLY = (
    [Fraction(1, 2), Fraction(1, 2)],
    [[Fraction(2, 5), Fraction(3, 5)], [Fraction(4, 5), Fraction(1, 5)]],
    [[Fraction(3, 10), Fraction(7, 10)], [Fraction(7, 10), Fraction(3, 10)]],
)


def simplex(size):
    """Fractions with small denominators, so that levels repeat; some are zero."""
    counts = st.lists(st.integers(0, 4), min_size=size, max_size=size).filter(any)
    return counts.map(lambda c: [Fraction(x, sum(c)) for x in c])


@st.composite
def laws(draw):
    n, k = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    rows = st.lists(simplex(k), min_size=n, max_size=n)
    return draw(simplex(n)), draw(rows), draw(rows)


@st.composite
def hard_runs(draw, min_runs=2, max_runs=6, min_points=1):
    n = draw(st.integers(min_points, 6))
    run = st.lists(st.integers(0, 2), min_size=n, max_size=n)
    return draw(st.lists(run, min_size=min_runs, max_size=max_runs))


@st.composite
def soft_runs(draw, min_runs=4, min_points=2):
    n, k = draw(st.integers(min_points, 3)), draw(st.integers(1, 3))
    run = st.lists(simplex(k), min_size=n, max_size=n)
    return draw(st.lists(run, min_size=min_runs, max_size=5))


def floats(rows):
    return np.array(rows, dtype=object).astype(float)


def finite(law):
    return rd.FiniteLaw(*map(floats, law))


@given(laws())
@example(ONE_POINT)
@example(KIRSCH_GAL)
@example(AGGREGATED_ONLY)
def test_law_quantities_equal_exact_loops(law):
    weights, labels, shares = law
    built = finite(law)
    error, differ = naive.error(*law), naive.disagreement(weights, shares)
    variation = sum(
        w * max(sum(p[k] - h[k] for k in chosen) for chosen in subsets(len(p)))
        for w, p, h in zip(weights, labels, shares, strict=True)
    )
    expected = {
        rd.test_error: error,
        rd.expected_disagreement: differ,
        rd.gap: differ - error,
        rd.cace: naive.cace(*law),
        rd.cwce: naive.cwce(*law),
        rd.top_label_ece: naive.top_label_ece(*law),
        rd.wasserstein_distance: naive.wasserstein(*law),
        rd.level_range: max(map(max, shares)) - min(map(min, shares)),
        rd.expected_total_variation: variation,
    }
    for function, value in expected.items():
        assert function(built) == pytest.approx(float(value), **EXACT), function
    pointwise = [
        naive.disagreement([1], [h]) - naive.error([1], [p], [h])
        for p, h in zip(labels, shares, strict=True)
    ]
    np.testing.assert_allclose(rd.pointwise_gap(built), floats(pointwise), atol=1e-12)


def subsets(size):
    return [[k for k in range(size) if bits >> k & 1] for bits in range(2**size)]


@given(laws(), st.integers(1, 12))
@example(ONE_POINT, 1)
@example(AGGREGATED_ONLY, 10)
def test_binned_cace_equals_exact_bins(law, n_bins):
    def key(q):
        return min(int(q * n_bins), n_bins - 1)

    z = naive.imbalances(*law, key=key)
    expected = [float(z[b]) for b in range(n_bins)]
    np.testing.assert_allclose(
        rd.bin_imbalances(finite(law), n_bins), expected, atol=1e-12
    )
    assert rd.binned_cace(finite(law), n_bins) == pytest.approx(
        sum(map(abs, expected)), **EXACT
    )


@given(laws(), st.integers(1, 12), st.integers(1, 50))
@example(ONE_POINT, 1, 1)
@example(AGGREGATED_ONLY, 10, 7)
def test_variances_of_bins_equal_a_loop_over_points_and_labels(law, n_bins, n):
    weights, labels, votes = law
    first, second = [Fraction(0)] * n_bins, [Fraction(0)] * n_bins
    for w, truth, shares in zip(weights, labels, votes, strict=True):
        bins = [min(int(q * n_bins), n_bins - 1) for q in shares]
        for y, p in enumerate(truth):
            for b in range(n_bins):
                inside = [k for k, c in enumerate(bins) if c == b]
                seen = sum(int(y == k) - shares[k] for k in inside)
                first[b] += w * p * seen
                second[b] += w * p * seen**2
    variances = [float(s - f**2) for f, s in zip(first, second, strict=True)]
    got = rd.bin_variances(finite(law), n_bins)
    np.testing.assert_allclose(got, variances, atol=1e-12)
    floor = sum(mpmath.sqrt(2 * v / (mpmath.pi * n)) for v in variances)
    got = rd.expected_noise_floor(finite(law), n, n_bins)
    assert got == pytest.approx(float(floor), **EXACT)


def test_the_bound_of_the_noise_is_a_root():
    got = rd.noise_floor_bound([0.0, 0.25, 1.0], 8, 4)
    np.testing.assert_allclose(got, [0, 0.5, 1], atol=1e-15)


@given(laws())
@example(KIRSCH_GAL)
def test_level_masses_equal_a_dictionary(law):
    vote_mass, label_mass = {}, {}
    for w, p, h in zip(*law, strict=True):
        for pk, hk in zip(p, h, strict=True):
            vote_mass[hk] = vote_mass.get(hk, 0) + w
            label_mass[hk] = label_mass.get(hk, 0) + w * pk
    levels = sorted(vote_mass)
    for got, expected in zip(
        rd.level_masses(finite(law)),
        (levels, [vote_mass[q] for q in levels], [label_mass[q] for q in levels]),
        strict=True,
    ):
        np.testing.assert_allclose(got, floats(expected), atol=1e-12)


def test_calibration_notions_differ_on_two_classes():
    law = finite(AGGREGATED_ONLY)
    assert rd.is_class_aggregated_calibrated(law)
    assert not rd.is_class_wise_calibrated(law)
    assert rd.is_top_label_calibrated(law)
    tie = rd.FiniteLaw([1.0], [[1.0, 0.0]], [[0.5, 0.5]])
    assert rd.cace(tie) == 0
    assert rd.top_label_ece(tie) == 0
    for name in ("class_aggregated", "class_wise", "top_label"):
        with pytest.raises(ValueError, match="atol must be a finite number"):
            getattr(rd, f"is_{name}_calibrated")(law, -1e-9)


@given(laws())
@example(KIRSCH_GAL)
@example(([Fraction(1)], [[Fraction(1), Fraction(0)]], [[Fraction(0), Fraction(1)]]))
def test_cross_entropies_equal_loops_over_logarithms(law):
    def surprise(truths):
        total = mpmath.mpf(0)
        for w, p, h in zip(law[0], truths, law[2], strict=True):
            for pk, hk in zip(p, h, strict=True):
                if pk == 0:
                    continue
                if hk == 0:
                    # Infinite without votes, except at a point of weight zero.
                    total += mpmath.inf if w else 0
                else:
                    total -= mpmath.mpf(float(w * pk)) * mpmath.log(float(hk))
        return float(total)

    if all(law[0]):
        got = rd.cross_entropy(finite(law))
        assert got == pytest.approx(surprise(law[1]), **EXACT)
        votes = rd.vote_entropy(finite(law))
        assert votes == pytest.approx(surprise(law[2]), **EXACT)


@given(soft_runs())
@example([[[Fraction(1)]]])
@example([[[Fraction(1), Fraction(0)]], [[Fraction(0), Fraction(1)]]])
def test_member_disagreement_equals_loops_over_members(members):
    n, m = len(members[0]), len(members)
    weights = [Fraction(1, n)] * n
    both = within = Fraction(0)
    for i in range(n):
        for a, b in product(range(m), repeat=2):
            differ = naive.pair_difference(members[a][i], members[b][i])
            both += differ * Fraction(1, n * m * m)
            within += differ * Fraction(int(a == b), n * m)
    law = rd.MemberLaw(floats(weights), floats(members))
    assert rd.sampled_disagreement(law) == pytest.approx(float(both), **EXACT)
    assert rd.aleatoric_disagreement(law) == pytest.approx(float(within), **EXACT)
    rest = float(both - within)
    assert rd.epistemic_disagreement(law) == pytest.approx(rest, **EXACT)


@given(hard_runs())
@example([[0], [0]])
@example([[0, 1], [1, 0]])
def test_hard_disagreement_equals_loops_over_pairs(runs):
    value = naive.mean_disagreement(runs)
    assert rd.disagreement(runs) == pytest.approx(float(value), **EXACT)
    shares = naive.ensemble_shares(runs, 3)
    weights = [Fraction(1, len(shares))] * len(shares)
    plug_in = naive.disagreement(weights, shares)
    assert rd.ensemble_disagreement(runs) == pytest.approx(float(plug_in), **EXACT)


@given(hard_runs(min_runs=4, max_runs=5, min_points=2))
@example([[0, 0]] * 4)
@example([[0, 1, 2], [0, 1, 1], [1, 1, 0], [2, 2, 2]])
def test_hard_variances_equal_leave_one_out_and_quadruples(runs):
    assert rd.jackknife_variance(runs) == pytest.approx(
        float(naive.jackknife(runs)), **EXACT
    )
    assert rd.unbiased_variance(runs) == pytest.approx(
        float(naive.unbiased_variance(runs)), **EXACT
    )


@given(soft_runs())
@example([[[Fraction(1)]] * 2] * 4)
def test_soft_estimates_equal_loops(runs):
    p = floats(runs)
    for function, oracle in (
        (rd.disagreement, naive.mean_disagreement),
        (rd.jackknife_variance, naive.jackknife),
        (rd.unbiased_variance, naive.unbiased_variance),
    ):
        assert function(p) == pytest.approx(float(oracle(runs)), rel=1e-9, abs=1e-12)


@given(hard_runs())
@example([[0, 0], [0, 0]])
def test_hard_labels_are_one_hot_probabilities(runs):
    hard, soft = parsed(runs), parsed(np.eye(3)[np.array(runs)])
    for name in ("run_sums", "squares", "self_sums"):
        np.testing.assert_allclose(
            getattr(hard.pairs, name),
            getattr(soft.pairs, name),
            atol=1e-12,
            err_msg=name,
        )
    np.testing.assert_allclose(hard.pair_matrix, soft.pair_matrix, atol=1e-12)
    for coded in (True, False):
        means = parsed(runs, coded=coded).point_disagreement
        np.testing.assert_allclose(means, hard.pairs.point_means, atol=1e-15)


WEIGHTS = [Fraction(1, 6), Fraction(5, 6)]
CLASSIFIERS = [[0, 1], [1, 1], [2, 0]]
PROBABILITIES = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
LABELS = [
    [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)],
    [Fraction(1, 5), Fraction(4, 5), Fraction(0)],
]


def classifier_law():
    return rd.ClassifierLaw(
        floats(WEIGHTS), floats(LABELS), floats(PROBABILITIES), np.array(CLASSIFIERS)
    )


def enumerate_runs(statistic, n_runs, n_points):
    return naive.expectation(
        statistic, CLASSIFIERS, PROBABILITIES, WEIGHTS, n_runs, n_points
    )


@pytest.mark.parametrize(("n_runs", "n_points"), [(2, 1), (2, 3), (3, 2), (4, 2)])
def test_disagreement_variance_equals_enumeration(n_runs, n_points):
    mean = enumerate_runs(naive.mean_disagreement, n_runs, n_points)
    square = enumerate_runs(
        lambda runs: naive.mean_disagreement(runs) ** 2, n_runs, n_points
    )
    law = classifier_law()
    assert rd.expected_disagreement(law.marginal()) == pytest.approx(float(mean))
    got = rd.disagreement_variance(law, n_runs, n_points)
    assert got == pytest.approx(float(square - mean**2), **EXACT)


@pytest.mark.parametrize(("n_runs", "n_points"), [(3, 2), (3, 3), (4, 2)])
def test_expected_jackknife_equals_enumeration(n_runs, n_points):
    value = enumerate_runs(naive.jackknife, n_runs, n_points)
    got = rd.expected_jackknife_variance(classifier_law(), n_runs, n_points)
    assert got == pytest.approx(float(value), **EXACT)


def test_unbiased_variance_is_unbiased_by_enumeration():
    value = enumerate_runs(lambda r: Fraction(rd.unbiased_variance(r)), 4, 2)
    got = rd.disagreement_variance(classifier_law(), 4, 2)
    assert float(value) == pytest.approx(float(got), **EXACT)


def test_pairs_and_errors_of_a_classifier_law_equal_loops():
    law = classifier_law()
    for a, b in product(range(3), repeat=2):
        differ = sum(
            w * (CLASSIFIERS[a][x] != CLASSIFIERS[b][x]) for x, w in enumerate(WEIGHTS)
        )
        assert rd.pairwise_disagreement(law)[a, b] == pytest.approx(float(differ))
    for a in range(3):
        right = sum(w * LABELS[x][CLASSIFIERS[a][x]] for x, w in enumerate(WEIGHTS))
        assert rd.classifier_errors(law)[a] == pytest.approx(float(1 - right))


@pytest.mark.parametrize("n_runs", [1, 2, 3, 5])
def test_annealed_cace_equals_enumeration(n_runs):
    annealed, quenched = {}, Fraction(0)
    for tuple_of_runs in product(range(3), repeat=n_runs):
        mass = Fraction(1)
        for h in tuple_of_runs:
            mass *= PROBABILITIES[h]
        shares = naive.ensemble_shares([CLASSIFIERS[h] for h in tuple_of_runs], 3)
        z = naive.imbalances(WEIGHTS, LABELS, shares)
        quenched += mass * sum(map(abs, z.values()))
        for level, value in z.items():
            annealed[level] = annealed.get(level, 0) + mass * value
    value = float(sum(map(abs, annealed.values())))
    marginal = classifier_law().marginal()
    assert rd.annealed_cace(marginal, n_runs) == pytest.approx(value, **EXACT)
    assert float(quenched) >= value - 1e-12


@given(hard_runs(min_runs=1), st.data())
@example([[0]], None)
@example([[0, 1, 2], [0, 1, 1]], None)
def test_empirical_law_and_counts_tell_the_same(runs, data):
    n = len(runs[0])
    run = st.lists(st.integers(0, 2), min_size=n, max_size=n)
    labels = [0] * n if data is None else data.draw(run)
    shares = naive.ensemble_shares(runs, 3)
    truth = [[Fraction(int(y == k)) for k in range(3)] for y in labels]
    weights = [Fraction(1, n)] * n
    expected = float(naive.cace(weights, truth, shares))
    law = rd.empirical_law(runs, labels, classes=[0, 1, 2])
    np.testing.assert_allclose(law.vote_shares, floats(shares), atol=1e-15)
    assert rd.cace(law) == pytest.approx(expected, **EXACT)
    assert rd.ensemble_cace(runs, labels) == pytest.approx(expected, **EXACT)
    for n_bins in (1, 3, 10):

        def key(q, n_bins=n_bins):
            return min(int(q * n_bins), n_bins - 1)

        binned = float(naive.cace(weights, truth, shares, key))
        assert rd.binned_cace(law, n_bins) == pytest.approx(binned, **EXACT)
        got = rd.binned_ensemble_cace(runs, labels, n_bins)
        assert got == pytest.approx(binned, **EXACT)


@given(st.lists(st.fractions(-2, 2, max_denominator=9), min_size=2, max_size=6))
@example([Fraction(1), Fraction(3)])
def test_debiased_square_is_the_mean_product_of_two_rows(samples):
    n = len(samples)
    products = [
        a * b for (i, a), (j, b) in product(enumerate(samples), repeat=2) if i != j
    ]
    expected = float(Fraction(sum(products), n * (n - 1)))
    got = rd.debiased_square(floats(samples)[:, None])[0]
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_bins_of_points_equal_a_loop():
    runs, labels, n_bins = [[0, 1, 2, 0], [0, 1, 1, 1], [1, 1, 0, 2]], [0, 1, 2, 0], 4
    shares = naive.ensemble_shares(runs, 3)
    a = [[Fraction(0)] * n_bins for _ in labels]
    for i, (y, row) in enumerate(zip(labels, shares, strict=True)):
        for k, q in enumerate(row):
            a[i][min(int(q * n_bins), n_bins - 1)] += int(y == k) - q
    n, floor = len(labels), 0.0
    for b, got in enumerate(rd.unbiased_squared_bins(runs, labels, n_bins)):
        column = [row[b] for row in a]
        pairs = sum(column[i] * column[j] for i in range(n) for j in range(n) if i != j)
        assert got == pytest.approx(float(pairs / (n * (n - 1))), **EXACT)
        variance = sum(v * v for v in column) / n - (sum(column) / n) ** 2
        floor += float(mpmath.sqrt(2 * float(variance) / (mpmath.pi * n)))
    got = rd.cace_noise_floor(runs, labels, n_bins)
    assert got == pytest.approx(floor, **EXACT)


def test_batch_axes_agree_with_a_loop_over_instances():
    rng = np.random.default_rng(5)

    def draw(*shape):
        return rng.dirichlet(np.ones(shape[-1]), shape[:-1])

    batch = rd.FiniteLaw(draw(2, 3, 4), draw(2, 3, 4, 3), draw(2, 3, 4, 3))
    functions = [
        rd.test_error,
        rd.expected_disagreement,
        rd.gap,
        rd.pointwise_gap,
        rd.cace,
        rd.cwce,
        rd.top_label_ece,
        rd.wasserstein_distance,
        rd.level_range,
        rd.expected_total_variation,
        rd.cross_entropy,
        rd.vote_entropy,
        lambda law: rd.binned_cace(law, 5),
        lambda law: rd.bin_imbalances(law, 5),
        lambda law: rd.bin_variances(law, 5),
        lambda law: rd.expected_noise_floor(law, 9, 5),
        lambda law: rd.annealed_cace(law, 4),
        lambda law: rd.finite_runs_floor(law, 4),
    ]
    runs = rd.ClassifierLaw(
        draw(2, 3, 4),
        draw(2, 3, 4, 3),
        draw(2, 3, 5),
        rng.integers(3, size=(2, 3, 5, 4)),
    )
    of_runs = [
        rd.pairwise_disagreement,
        rd.classifier_errors,
        lambda law: rd.disagreement_variance(law, 4, 6),
        lambda law: rd.expected_jackknife_variance(law, 4, 6),
        lambda law: law.marginal().vote_shares,
    ]
    members = rd.MemberLaw(draw(2, 3, 4), draw(2, 3, 5, 4, 3))
    of_members = [
        rd.sampled_disagreement,
        rd.epistemic_disagreement,
        rd.aleatoric_disagreement,
    ]
    for law, measured in ((batch, functions), (runs, of_runs), (members, of_members)):
        for function in measured:
            whole = function(law)
            for i, j in product(range(2), range(3)):
                np.testing.assert_allclose(
                    whole[i, j], function(law.take(i).take(j)), atol=1e-13
                )


@pytest.mark.parametrize("m", [3, 100, 9999])
def test_shares_of_many_classifiers_stay_on_their_level(m):
    """Two points on which as many classifiers agree, but not the same ones."""
    votes = np.arange(m) % 3 == 0
    law = rd.ClassifierLaw(
        [0.5, 0.5],
        [[1.0, 0.0], [0.0, 1.0]],
        np.full(m, 1 / m),
        np.stack([votes, np.sort(votes)], axis=-1).astype(int),
    )
    shares = law.marginal().vote_shares
    assert abs(shares[:, 1] - votes.sum() / m).max() <= 2 * np.ceil(np.log2(m)) * 2**-53
    assert len(rd.level_masses(law.marginal())[0]) == 2
