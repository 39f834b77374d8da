"""Calls of refgen.disagreement."""

import atexit
import shutil
import tempfile
from pathlib import Path

import numpy as np
from sklearn.tree import DecisionTreeClassifier

import refgen.disagreement as rd
from refgen.random import Stream
from support.calls import Call, drawn, fitting, trained

LAW = rd.FiniteLaw([0.5, 0.5], [[0.75, 0.25], [1, 0]], [[0.5, 0.5], [0.25, 0.75]])
RUNS = rd.ClassifierLaw([0.5, 0.5], [[0, 1], [1, 0]], [0.5] * 2, [[0, 1], [1, 1]])
MEMBERS = rd.MemberLaw([1.0], [[[0.25, 0.75]], [[0.5, 0.5]]])
FAMILY = rd.BetaReliability(np.array([0.5, 2.0]), np.array([0.5, -0.5]))
# Runs and labels as floats, so that they can be NaN.
VOTES = np.array([[0.0, 1, 1, 0], [1, 1, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0]])
TRUTH = np.array([0.0, 1, 1, 1])

# Probabilities of four runs, and class codes.
SHARES = np.stack([VOTES, 1 - VOTES], axis=-1) / 2 + 0.25
CODES = np.array([0, 1, 1, 1])
METHODS = ("jackknife", "normal", "hoeffding")

X, Y = np.arange(24.0).reshape(12, 2) % 7, np.arange(12) % 2
TREE = DecisionTreeClassifier(max_depth=2, random_state=0)
Estimator = rd.DisagreementErrorEstimator
FOLDER = Path(tempfile.mkdtemp(prefix="refgen-calls-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

OF_FAMILY = ("cace", "expected_disagreement", "gap", "mean_absolute_deviation")
OF_FAMILY += ("share_variance", "test_error")


def estimator():
    return Estimator(TREE, n_runs=4, random_state=0)


def fitted():
    return (estimator().fit(X, Y), X)


def saved(name, array):
    """A file, written when it is asked for."""

    def path():
        FOLDER.mkdir(exist_ok=True)
        np.save(FOLDER / name, array)
        return (FOLDER / name,)

    return path


def runs_of(
    estimator, X, y, n_runs, vary, max_samples=0.5, random_state=None, n_jobs=None,
    sample_weight=None,
):  # fmt: skip
    given = estimator, X, y, n_runs, vary, max_samples, random_state, n_jobs
    return [run.predict(X) for run in rd.train_runs(*given, sample_weight)]


def display():
    values = np.array([0.0, 0.5, 1.0])
    return (rd.DisagreementDisplay(*[values] * 5),)


CALLS = {
    "BetaReliability": (np.array([0.5, 2.0]), np.array([0.5, -0.5])),
    **{f"BetaReliability.{name}": (FAMILY,) for name in OF_FAMILY},
    "ClassifierLaw": tuple(vars(RUNS).values()),
    "ClassifierLaw.marginal": (RUNS,),
    "ClassifierLaw.one_hot": (RUNS,),
    "DisagreementDisplay": ([0.0, 0.5], [0.5, 1.0], [0.5, 0.5], [0.25], [0.5]),
    "DisagreementDisplay.from_estimator": Call(
        lambda: (*fitted(), Y), function=drawn(rd.DisagreementDisplay.from_estimator)
    ),
    "DisagreementDisplay.from_predictions": Call(
        (VOTES, TRUTH), function=drawn(rd.DisagreementDisplay.from_predictions)
    ),
    "DisagreementDisplay.plot": Call(
        display, function=drawn(rd.DisagreementDisplay.plot)
    ),
    "DisagreementErrorEstimator": Call(
        (TREE, 4, "all", 0.5, 0.75, "jackknife", 1, 0),
        function=trained(Estimator, X, Y, lambda model: model.run_predictions(X)),
    ),
    "DisagreementErrorEstimator.error_estimate": fitted,
    "DisagreementErrorEstimator.fit": Call(
        (X, Y), function=fitting(estimator(), lambda model: model.run_predictions(X))
    ),
    "DisagreementErrorEstimator.predict": fitted,
    "DisagreementErrorEstimator.predict_proba": fitted,
    "DisagreementErrorEstimator.run_predictions": fitted,
    "FiniteLaw": tuple(vars(LAW).values()),
    "MemberLaw": tuple(vars(MEMBERS).values()),
    "aleatoric_disagreement": (MEMBERS,),
    "annealed_cace": (LAW, 3),
    "audit": [(VOTES, TRUTH), (VOTES,), Call((SHARES, CODES), {"members": "sample"})],
    "bin_imbalances": (LAW, 3),
    "bin_index": (np.array([0.25, 0.5]), 3),
    "bin_variances": (LAW, 3),
    "binned_cace": (LAW, 3),
    "binned_ensemble_cace": (VOTES, TRUTH),
    "cace": (LAW,),
    "cace_noise_floor": (VOTES, TRUTH),
    "calibrated_dimensions": (LAW,),
    "classifier_errors": (RUNS,),
    "cross_entropy": (LAW,),
    "cwce": (LAW,),
    "debiased_square": (np.array([[0.5, 1.0], [0.25, 0.0]]),),
    "dirichlet_annealed_cace": (np.array([0.5, 1.0]), np.array([2.0, 3.0]), 3),
    "dirichlet_concentration": (np.array([0.25, 0.3]), 3),
    "dirichlet_disagreement": (np.array([0.5, 1.0]),),
    "disagreement": (VOTES,),
    "disagreement_error_ratio": (RUNS,),
    "disagreement_estimate": [(VOTES, 0.75, m) for m in METHODS],
    "disagreement_variance": (RUNS, 2, 5),
    "ecace": (LAW,),
    "empirical_law": [(VOTES, TRUTH), (VOTES, TRUTH, np.array([0.0, 1.0]))],
    "ensemble_cace": (VOTES, TRUTH),
    "ensemble_disagreement": (VOTES,),
    "ensemble_level_masses": (VOTES, TRUTH),
    "epistemic_disagreement": (MEMBERS,),
    "expected_disagreement": (LAW,),
    "expected_jackknife_variance": (RUNS, 3, 5),
    "expected_noise_floor": (LAW, 5),
    "expected_total_variation": (LAW,),
    "finite_runs_floor": (LAW, 3),
    "gap": (LAW,),
    "hoeffding_radius": (4, 8, 0.125),
    "is_class_aggregated_calibrated": (LAW,),
    "is_class_wise_calibrated": (LAW,),
    "is_top_label_calibrated": (LAW,),
    "jackknife_variance": (VOTES,),
    "level_masses": (LAW,),
    "level_range": (LAW,),
    "network_runs": Call(
        (X, Y, Stream(0), 3, "all"),
        {"n_hidden": 2, "n_epochs": 2, "batch_size": 3, "shared": Stream(1)},
    ),
    "noise_floor_bound": (np.array([0.25, 0.5]), 5),
    "pairwise_disagreement": (RUNS,),
    "pairwise_variance_bound": (RUNS,),
    "pointwise_gap": (LAW,),
    "read_labels": saved("labels.npy", TRUTH),
    "read_predictions": saved("runs.npy", VOTES),
    "sampled_disagreement": (MEMBERS,),
    "test_error": (LAW,),
    "top_label_ece": (LAW,),
    "train_runs": Call((TREE, X, Y, 3, "all"), {"random_state": 0}, runs_of),
    "unbiased_squared_bins": (VOTES, TRUTH),
    "unbiased_variance": (VOTES,),
    "variance_components": (RUNS,),
    "vote_counts": [(VOTES, np.array([0.0, 1.0])), (VOTES,)],
    "vote_entropy": (LAW,),
    "wasserstein_distance": (LAW,),
}
RESULT = "a result, which users read and do not build"
ELSEWHERE = {
    "AuditedBound": RESULT,
    "DisagreementAudit": RESULT,
    "DisagreementEstimate": RESULT,
    "SparseLevelsWarning": "a warning, which users filter and do not build",
}
MISSING = ("objects with none", "nan inside", "only nan")
TOO_LARGE = ["overflows", "times 1e+150", "times 1e+200", "times 1e+300"]
TOO_LARGE += [
    f"{size} {where}"
    for size in ("large", "largest", "-largest")
    for where in ("everywhere", "inside")
]
LABELS = ("predictions", "labels", "classes", "y")
MEANINGFUL = {
    ("audit", "labels", "none"): "without labels there is no error to compare with",
    ("vote_counts", "classes", "none"): "the classes that occur",
    ("empirical_law", "classes", "none"): "the classes that occur",
    ("network_runs", "shared", "none"): "a child of the stream",
    ("network_runs", "settings", "none"): "a batch of all rows",
    ("*", "X", "sparse"): "scikit-learn's classifiers take sparse matrices",
    ("*", "X", "coo"): "scikit-learn's classifiers take sparse matrices",
    ("train_runs", "X", "texts"): "numbers that are written as text",
    ("DisagreementErrorEstimator", "estimator", "none"): "a decision tree",
    ("*", "n_jobs", "none"): "as many as joblib's context says",
    ("*", "n_jobs", "negative"): "all processors, as in joblib",
    ("*", "random_state", "none"): "another seed every time",
    **{("*", "X", name): "decision trees take NaN" for name in MISSING},
    **{("*", "X", name): "decision trees compute in float32" for name in TOO_LARGE},
}
INFINITE = {
    "audit": "Hoeffding's interval, that for a single point, has no standard error",
    "cross_entropy": "a label that is possible and has no votes",
}
UNIT = (0.0, 1.0)
RANGES = {
    **dict.fromkeys(
        (
            "aleatoric_disagreement", "disagreement",
            "ensemble_disagreement", "expected_disagreement",
            "expected_total_variation", "pairwise_disagreement",
            "sampled_disagreement", "test_error", "level_range",
        ),
        UNIT,
    ),
    **dict.fromkeys(("gap", "pointwise_gap"), (-1.0, 1.0)),
    **dict.fromkeys(
        (
            "annealed_cace", "bin_variances", "cace", "cace_noise_floor", "cwce",
            "disagreement_variance", "ecace", "expected_jackknife_variance",
            "expected_noise_floor", "finite_runs_floor", "jackknife_variance",
            "noise_floor_bound", "pairwise_variance_bound", "top_label_ece",
            "vote_entropy", "wasserstein_distance", "cross_entropy",
        ),
        (0.0, np.inf),
    ),
}  # fmt: skip
