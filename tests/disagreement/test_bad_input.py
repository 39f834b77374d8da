"""Bad input is refused with the argument's name; odd but valid input works."""

import numpy as np
import pytest
import scipy.sparse

import refgen.disagreement as rd

NAN, INF = float("nan"), float("inf")
LABELS = [[0.7, 0.3]]

BAD_VECTORS = [
    ([NAN], "NaN", ValueError),
    ([INF], "infinity", ValueError),
    ([-1.0, 2.0], "negative", ValueError),
    ([0.5, 0.4], "sum to 1", ValueError),
    ([], "empty", ValueError),
    ([[0.5, 0.5], [1.0]], "ragged", ValueError),
    (1.0, "dimension", ValueError),
    (["one"], "real numbers", TypeError),
]
BAD_MATRICES = [
    ([[NAN, 1.0]], "NaN", ValueError),
    ([[INF, 0.0]], "infinity", ValueError),
    ([[-0.5, 1.5]], "negative", ValueError),
    ([[0.5, 0.4]], "sum to 1", ValueError),
    ([[]], "empty", ValueError),
    ([[0.5, 0.5], [1.0]], "ragged", ValueError),
    ([1.0], "dimension", ValueError),
    ([["a", "b"]], "real numbers", TypeError),
]


@pytest.mark.parametrize(("bad", "why", "kind"), BAD_VECTORS)
def test_laws_refuse_bad_weights(bad, why, kind):
    match = f"weights.*{why}"
    with pytest.raises(kind, match=match):
        rd.FiniteLaw(bad, LABELS, LABELS)
    with pytest.raises(kind, match=match):
        rd.ClassifierLaw(bad, LABELS, [1.0], [[0]])
    with pytest.raises(kind, match=f"classifier_{match}"):
        rd.ClassifierLaw([1.0], LABELS, bad, [[0]])
    with pytest.raises(kind, match=match):
        rd.MemberLaw(bad, [LABELS])


@pytest.mark.parametrize(("bad", "why", "kind"), BAD_MATRICES)
def test_laws_refuse_bad_probabilities(bad, why, kind):
    with pytest.raises(kind, match=f"label_probabilities.*{why}"):
        rd.FiniteLaw([1.0], bad, LABELS)
    with pytest.raises(kind, match=f"vote_shares.*{why}"):
        rd.FiniteLaw([1.0], LABELS, bad)
    with pytest.raises(kind, match=f"label_probabilities.*{why}"):
        rd.ClassifierLaw([1.0], bad, [1.0], [[0]])
    with pytest.raises(kind, match=f"member_probabilities.*{why}"):
        rd.MemberLaw([1.0], bad if why == "dimension" else [bad, bad])


def test_laws_refuse_shapes_that_disagree():
    with pytest.raises(ValueError, match="weights has shape"):
        rd.FiniteLaw([0.5, 0.5], LABELS, LABELS)
    with pytest.raises(ValueError, match="label_probabilities has shape"):
        rd.FiniteLaw([1.0], [[1.0]], LABELS)
    with pytest.raises(ValueError, match="label_probabilities has shape"):
        rd.ClassifierLaw([0.5, 0.5], LABELS, [1.0], [[0, 0]])
    with pytest.raises(ValueError, match="predictions has shape"):
        rd.ClassifierLaw([1.0], LABELS, [1.0], [[0, 0]])
    with pytest.raises(ValueError, match="weights has shape"):
        rd.MemberLaw([0.5, 0.5], [LABELS])
    with pytest.raises(ValueError, match="law must be a single law"):
        rd.level_masses(rd.FiniteLaw([[1.0]], [LABELS], [LABELS]))


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        ([[0.0]], TypeError),
        ([["a"]], TypeError),
        ([[True]], TypeError),
        ([[2]], ValueError),
        ([[-1]], ValueError),
        ([[0], [0, 1]], ValueError),
        (np.zeros((1, 0), int), ValueError),
        (0, ValueError),
    ],
)
def test_classifier_law_refuses_bad_predictions(bad, kind):
    with pytest.raises(kind, match="predictions"):
        rd.ClassifierLaw([1.0], LABELS, [1.0], bad)


ON_PREDICTIONS = [
    rd.vote_counts,
    rd.disagreement,
    rd.ensemble_disagreement,
    rd.disagreement_estimate,
    rd.jackknife_variance,
    rd.unbiased_variance,
]


@pytest.mark.parametrize("function", ON_PREDICTIONS)
@pytest.mark.parametrize(
    "bad",
    [
        [[0.0, NAN]] * 4,
        [],
        [[], []],
        [[0, 1], [0]],
        [0, 1],
        3,
        [[0, "a"], [1, None]],
        [[[0.5, 0.5]], [[1.0]]],
    ],
    ids=["nan", "empty", "no-points", "ragged", "1-d", "0-d", "mixed", "ragged-3-d"],
)
def test_predictions_that_are_no_labels(function, bad):
    with pytest.raises((ValueError, TypeError), match="predictions"):
        function(bad)


@pytest.mark.parametrize("function", ON_PREDICTIONS[1:])
@pytest.mark.parametrize(
    "bad",
    [
        [[[NAN, 1.0]]] * 4,
        [[[INF, 0.0]]] * 4,
        [[[-0.5, 1.5]]] * 4,
        [[[0.5, 0.4]]] * 4,
        [[[]]] * 4,
    ],
    ids=["nan", "inf", "negative", "sum", "empty"],
)
def test_predictions_that_are_no_probabilities(function, bad):
    with pytest.raises(ValueError, match="predictions"):
        function(bad)


@pytest.mark.parametrize("function", ON_PREDICTIONS[1:])
@pytest.mark.parametrize("one", [[[0, 1]], [[[0.5, 0.5]]]])
def test_one_run_cannot_disagree(function, one):
    with pytest.raises(ValueError, match=r"predictions holds 1 run"):
        function(one)


def test_too_few_runs_or_points_for_a_variance():
    with pytest.raises(ValueError, match=r"3 runs.*predictions of 2 runs"):
        rd.jackknife_variance([[0, 1], [1, 1]])
    with pytest.raises(ValueError, match="predictions of 3 runs on 1 point"):
        rd.jackknife_variance([[0], [1], [1]])
    with pytest.raises(ValueError, match=r"4 runs.*predictions of 3 runs"):
        rd.unbiased_variance([[0, 1], [1, 1], [0, 0]])


def test_labels_outside_the_classes_and_mixed_types():
    runs = [[0, 1], [1, 1]]
    with pytest.raises(ValueError, match=r"predictions holds 1, .*classes 0, 2$"):
        rd.vote_counts(runs, classes=[0, 2])
    with pytest.raises(ValueError, match=r"labels holds .*classes"):
        rd.empirical_law(runs, [0, 2], classes=[0, 1])
    with pytest.raises(ValueError, match="classes must be"):
        rd.vote_counts(runs, classes=[0, 0, 1])
    with pytest.raises(ValueError, match="classes must be"):
        rd.vote_counts(runs, classes=[])
    with pytest.raises(TypeError, match="predictions, classes mix text and numbers"):
        rd.vote_counts(runs, classes=["0", "1"])
    with pytest.raises(TypeError, match="predictions, labels mix text and numbers"):
        rd.ensemble_cace(runs, ["0", "1"])
    with pytest.raises(ValueError, match="labels must have shape"):
        rd.ensemble_cace(runs, [0])
    with pytest.raises(ValueError, match="labels holds NaN"):
        rd.ensemble_cace(runs, [0, NAN])


def test_estimate_refuses_unknown_options():
    runs = [[0, 1], [1, 1], [0, 0]]
    for level in (0, 1, NAN, -0.5):
        with pytest.raises(ValueError, match="confidence_level"):
            rd.disagreement_estimate(runs, level)
    with pytest.raises(ValueError, match="method"):
        rd.disagreement_estimate(runs, method="bootstrap")


@pytest.mark.parametrize("bad", [NAN, INF, 0.0, -1.0, []])
def test_families_refuse_bad_parameters(bad):
    with pytest.raises(ValueError, match="concentration"):
        rd.BetaReliability(bad, 0.5)
    with pytest.raises(ValueError, match="concentration"):
        rd.dirichlet_disagreement(bad if bad == [] else [bad, 1.0])
    with pytest.raises(ValueError, match="alpha"):
        rd.dirichlet_annealed_cace(bad, 2, 3)
    with pytest.raises(ValueError, match="disagreement"):
        rd.dirichlet_concentration(bad, 2)


def test_families_refuse_what_is_out_of_range():
    for slope in (NAN, 1.5, -1.5):
        with pytest.raises(ValueError, match="slope"):
            rd.BetaReliability(1.0, slope)
    with pytest.raises(TypeError, match="concentration"):
        rd.BetaReliability("one", 0.5)
    with pytest.raises(ValueError, match="concentration"):
        rd.dirichlet_disagreement(1.0)
    with pytest.raises(ValueError, match="disagreement"):
        rd.dirichlet_concentration(0.5, 2)
    for n_classes in (0, 1):
        with pytest.raises(ValueError, match="n_classes"):
            rd.dirichlet_concentration(0.3, n_classes)
    for n_classes in (0, 1):
        with pytest.raises(ValueError, match="n_classes"):
            rd.dirichlet_annealed_cace(1.0, n_classes, 3)
    for n_runs in (0, -1):
        with pytest.raises(ValueError, match="n_runs"):
            rd.dirichlet_annealed_cace(1.0, 2, n_runs)


def test_dimensions_refuse_points_of_probability_zero():
    law = rd.FiniteLaw([1.0, 0.0], [[1, 0], [0, 1]], [[0.5, 0.5], [0.3, 0.7]])
    with pytest.raises(ValueError, match="weights must be positive"):
        rd.calibrated_dimensions(law)


def test_counts_of_runs_points_and_bins_must_be_positive():
    law = rd.FiniteLaw([1.0], LABELS, LABELS)
    runs = rd.ClassifierLaw([1.0], LABELS, [0.5, 0.5], [[0], [1]])
    for bad in (0, -2):
        with pytest.raises(ValueError, match="n_runs"):
            rd.annealed_cace(law, bad)
        with pytest.raises(ValueError, match="n_runs"):
            rd.finite_runs_floor(law, bad)
        with pytest.raises(ValueError, match="n_bins"):
            rd.bin_index([0.5], bad)
        with pytest.raises(ValueError, match="n_bins"):
            rd.binned_cace(law, bad)
        with pytest.raises(ValueError, match="n_points"):
            rd.disagreement_variance(runs, 2, bad)
        with pytest.raises(ValueError, match="n_bins"):
            rd.bin_variances(law, bad)
        with pytest.raises(ValueError, match="n_points"):
            rd.expected_noise_floor(law, bad)
        with pytest.raises(ValueError, match="n_points"):
            rd.noise_floor_bound(0.5, bad)
        with pytest.raises(ValueError, match="n_bins"):
            rd.noise_floor_bound(0.5, 5, bad)
        with pytest.raises(ValueError, match="n_classes"):
            rd.hoeffding_radius(2, 5, 0.05, bad)
    with pytest.raises(ValueError, match="n_runs"):
        rd.disagreement_variance(runs, 1, 5)
    with pytest.raises(ValueError, match="n_runs"):
        rd.expected_jackknife_variance(runs, 2, 5)


@pytest.mark.parametrize(
    "bad", [[NAN], [INF], [-0.5], [1.5], ["a"], [[0.1], [0.1, 0.2]]]
)
def test_bin_index_refuses_what_is_no_level(bad):
    with pytest.raises((ValueError, TypeError), match="levels"):
        rd.bin_index(bad, 10)


@pytest.mark.parametrize("bad", [NAN, -0.1, 1.1, "a"])
def test_the_bound_of_the_noise_refuses_what_is_no_error(bad):
    with pytest.raises((ValueError, TypeError), match="error"):
        rd.noise_floor_bound(bad, 5)


def test_one_class_and_one_point_are_valid():
    law = rd.FiniteLaw([1.0], [[1.0]], [[1.0]])
    assert rd.test_error(law) == rd.expected_disagreement(law) == rd.cace(law) == 0
    assert rd.annealed_cace(law, 3) == 0
    runs = rd.ClassifierLaw([1.0], [[1.0]], [1.0], [[0]])
    assert rd.disagreement_variance(runs, 2, 1) == 0
    assert rd.sampled_disagreement(rd.MemberLaw([1.0], [[[1.0]]])) == 0
    assert rd.vote_counts([[5]]).tolist() == [[1]]
    assert rd.disagreement([["a"], ["a"]]) == 0
    assert rd.disagreement([[True], [False]]) == 1
    assert rd.dirichlet_disagreement([2.0]) == 0


@pytest.mark.parametrize(
    ("predictions", "error", "match"),
    [
        (np.ma.array([[0, 9], [0, 8]], mask=[[0, 1], [0, 1]]), TypeError, "masked"),
        (scipy.sparse.csr_array(np.eye(2)), TypeError, "predictions is sparse"),
        ([[1, "1"], ["1", 1]], TypeError, "predictions mixes types"),
        (np.array([[0, None], [0, 1]], dtype=object), TypeError, "missing labels"),
        (np.array([[0.0, np.inf], [0.0, 1.0]]), ValueError, "NaN or infinity"),
        (np.array([[1j, 0], [1, 1]]), TypeError, "must hold integers"),
        (np.array([["2020", "2021"]] * 2, "M8[Y]"), TypeError, "must hold integers"),
    ],
)
def test_labels_that_an_array_would_distort_are_refused(predictions, error, match):
    with pytest.raises(error, match=match):
        rd.disagreement(predictions)


def test_integer_objects_are_integers():
    labels = np.array([0, 1], dtype=object)
    assert rd.ensemble_cace([[0, 1], [0, 1]], labels) == 0


@pytest.mark.parametrize("bad", [1.5, True, "10", None, float("nan")])
def test_counts_are_integers(bad):
    with pytest.raises(TypeError, match="n_bins must be an integer"):
        rd.binned_ensemble_cace([[0, 1], [0, 1]], [0, 1], n_bins=bad)
    with pytest.raises(TypeError, match="n_runs must be an integer"):
        rd.hoeffding_radius(bad, 10, 0.05)


@pytest.mark.parametrize("bad", ["x", None, [0.9]])
def test_confidence_levels_are_numbers(bad):
    with pytest.raises(TypeError, match="confidence_level must be a number"):
        rd.disagreement_estimate([[0, 1], [0, 1]], confidence_level=bad)


@pytest.mark.parametrize("bad", [3, "tree"])
def test_estimators_are_classifier_instances(bad):
    model = rd.DisagreementErrorEstimator(estimator=bad)
    with pytest.raises(TypeError, match=r"^estimator must be a classifier"):
        model.fit([[0.0], [1.0]], [0, 1])
