"""Calls of refgen.resmem, whose arguments are drawn for a number of features."""

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import refgen.resmem as rr
from refgen.random import Stream
from support.calls import Call, drawn, fitting, trained

EDGE = np.sqrt(3)
N, K = np.array([4.0, 9.0, 1e6, 1e12]), np.array([1.0, 2.0, 9.0, 1.0])
GAP, SIGMA = np.array([0.5, 1.0, 0.1, 2.0]), np.array([0.3, 0.1, 2.0, 0.0])


def problem(draws, d):
    """Three problems, of which some have an inactive constraint."""
    return rr.LinearProblem(
        draws.child("spectrum").exponential((3, d)),
        draws.child("coefficients").normal((3, d)),
        0.1 + 2 * draws.child("radius").uniform(3),
        draws.child("noise").uniform(3),
    )


def problem_and_base(draws, d):
    law, base = problem(draws, d), draws.child("base").normal((3, d))
    longer = np.linalg.norm(base, axis=-1) / law.radius
    return law, base / np.maximum(longer, 1.0)[:, None]


def training_sets(draws, d):
    return (
        draws.child("X").normal((3, d + 9, d)),
        draws.child("y").normal((3, d + 9)),
        0.1 + draws.child("radius").uniform(3),
    )


def designs(draws, d):
    points, queries = draws.normal((2, 9, d)), draws.child("q").normal((2, 6, d))
    points[:, ::2] = np.rint(points[:, ::2])
    queries[:, ::2] = np.rint(queries[:, ::2])
    return points, queries


def weighted(draws, d):
    """A number of neighbours and one of the kinds of weights."""
    k, kind = 2 * d - 1, ("nearest", "uniform", "exponential")[d % 3]
    return (*designs(draws, d), k, kind, 0.25 + draws.child("bandwidth").uniform(2))


def looked_up(draws, d):
    return draws.normal((2, 5, d)), draws.child("i").integers(5, (2, 4, 3))


def smoothed(draws, d):
    return (
        draws.normal((6, d)),
        draws.child("i").integers(6, (4, 3)),
        draws.child("w").uniform((4, 3)),
    )


def predicted(draws, d):
    return (
        draws.child("queries").normal((4, d)),
        draws.child("points").normal((6, d)),
        draws.child("labels").normal((6, d)),
        *smoothed(draws, d)[1:],
    )


def with_self(draws, d):
    points = draws.normal((7, d))
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=-1))
    indices = np.argsort(apart, axis=-1)[:, :4]
    return np.take_along_axis(apart, indices, axis=-1), indices


def neighbours(draws, d):
    indices = np.argsort(draws.child("i").uniform((7, 6)), axis=-1)[:, :4]
    distances = np.sort(draws.uniform((7, 4)), axis=-1)
    residuals = draws.child("r").normal((7, d))
    return distances, indices, residuals, "exponential", np.array([0.1, 0.3, 2.0])


def errors(draws, d):
    theta, base = draws.normal((2, 2, d))
    displacements = draws.child("x").normal((2, 6, d))
    return theta, base, displacements, draws.child("noise").normal((2, 6))


def risks(draws, d):
    theta, base, displacements, _ = errors(draws, d)
    return theta, base, rr.displacement_matrix(displacements)


def with_radius(draws, given):
    """The same with a radius that the base keeps to."""
    norm = np.linalg.norm(given[1], axis=-1)
    return *given, norm + draws.child("radius").uniform(2)


def pairs(draws, d):
    theta, base = draws.normal((2, 2, d))
    x, near = draws.child("x").normal((2, 2, 6, d))
    return theta, base, draws.child("population").normal((2, d)), x, near


def noisy(draws, d):
    return (
        EDGE * (2 * draws.uniform((4, 2 * d - 1)) - 1),
        2 * draws.child("theta").uniform(4) - 1,
        0.1 + draws.child("limit").uniform(4),
        0.1 + draws.child("sigma").uniform(4),
    )


def agreeing(draws, d):
    return noisy(draws, d)[0], min(d, 3)


def sorted_points(draws, d):
    points = np.sort(draws.uniform((5, d + 3)), axis=-1)
    return points, 2, np.zeros(5), 1 + draws.child("high").uniform(5)


ARGUMENTS = {
    "LinearProblem": lambda s, d: tuple(vars(problem(s, d)).values()),
    "asymptotic_excess_risk": lambda s, d: (problem(s, d), "ball"),
    "at_neighbors": looked_up,
    "averaged_risk_limit": lambda s, d: (
        0.5 + s.uniform(4),
        0.1 + s.child("noise").uniform(4),
    ),
    "ball_boundary_limit": lambda s, d: (d,),
    "ball_displacement": lambda s, d: (d, N, K),
    "ball_distance_limit": lambda s, d: (d,),
    "ball_moments": lambda s, d: (d,),
    "ball_squared_distance": lambda s, d: (d, N),
    "ball_squared_distance_bounds": lambda s, d: (d, N),
    "base_risk": problem_and_base,
    "best_neighbors": lambda s, d: (N, GAP, SIGMA),
    "break_even_n": lambda s, d: (d,),
    "centre_displacement": lambda s, d: (d, N, K, 1 + s.uniform(4)),
    "decomposition_terms": pairs,
    "design_neighbors": lambda s, d: (*designs(s, d), 4),
    "displacement_limit": lambda s, d: (1 + np.arange(4.0), K),
    "displacement_matrices": weighted,
    "displacement_matrix": lambda s, d: (s.normal((2, 6, d)),),
    "displacements": weighted,
    "empirical_base": training_sets,
    "excess_risk_parts": problem_and_base,
    "expected_interval_displacement": lambda s, d: (
        N,
        K,
        np.zeros(4),
        1 + s.uniform(4),
    ),
    "fitted_risk_bounds": lambda s, d: with_radius(s, risks(s, d)),
    "interval_displacement": sorted_points,
    "irreducible_risk": lambda s, d: (problem(s, d),),
    "irreducible_risk_bounds": lambda s, d: (problem(s, d),),
    "irreducible_risk_slope": lambda s, d: (problem(s, d),),
    "leave_one_out_scores": neighbours,
    "memorization_gain": lambda s, d: (problem(s, d), 2),
    "neighbor_agreement": agreeing,
    "neighbor_weights": lambda s, d: (
        s.uniform((4, 3)),
        "exponential",
        0.5 + s.child("b").uniform(4),
    ),
    "noisy_base_risk": noisy,
    "noisy_interval_risk": lambda s, d: (N, K, GAP, SIGMA),
    "noisy_risk": lambda s, d: (*noisy(s, d), min(d, 3)),
    "noisy_slope": noisy,
    "noisy_torus_risk": lambda s, d: (d, N, K, GAP, SIGMA),
    "population_base": lambda s, d: (problem(s, d),),
    "project_on_simplex": lambda s, d: (s.normal((7, d)),),
    "recalled_risk_bound": lambda s, d: (
        1 + np.arange(4.0),
        N,
        (1 + np.arange(4.0)) / 5,
    ),
    "resmem_errors": errors,
    "resmem_predictions": predicted,
    "resmem_risk": risks,
    "risk_bounds": lambda s, d: with_radius(s, risks(s, d)),
    "sample_points": lambda s, d: (s, (3, 40), d, ("ball", "gaussian", "torus")[d % 3]),
    "smooth": smoothed,
    "torus_displacement": lambda s, d: (d, N, K),
    "torus_distance_moment": lambda s, d: (1 + np.arange(4.0), N, K, 1 + s.uniform(4)),
    "without_self": with_self,
}


def given(name):
    return lambda: ARGUMENTS[name](Stream(0, "calls"), 2)


X = np.stack([np.arange(12.0) % 5, np.arange(12.0) % 3], axis=1) / 2
Y, KINDS = X @ [1.0, -2.0] + np.arange(12) % 2, np.arange(12) % 2
# Trees, whose bits do not depend on the layout of X as matrix products do.
BASE = DecisionTreeRegressor(max_depth=1, random_state=0)
TREE = DecisionTreeClassifier(max_depth=1, random_state=0)


def regressor(**settings):
    return rr.ResMemRegressor(BASE, n_neighbors=2, **settings)


def classifier(**settings):
    return rr.ResMemClassifier(TREE, n_neighbors=2, **settings)


def fitted_regressor():
    return (regressor().fit(X, Y), X)


def fitted_classifier():
    return (classifier().fit(X, KINDS), X)


def display():
    risks = np.array([[0.5, 0.75], [0.25, 0.5], [1.0, 0.5]])
    return rr.ResMemDisplay([1, 2, 4], risks, risks / 2, 2 * risks)


SETTINGS = (2, "exponential", 1.0, None, "train", 3, False)
PROBLEM = rr.LinearProblem([2.0, 1.0], [0.5, 0.25], 0.5, 0.25)

CALLS = {
    **{name: given(name) for name in ARGUMENTS},
    "LinearProblem.from_covariance": (np.eye(2), np.array([0.5, 0.25]), 0.5, 0.25),
    "ResMemClassifier": Call(
        (TREE, *SETTINGS, 1.0),
        function=trained(rr.ResMemClassifier, X, KINDS, lambda m: m.class_scores(X)),
    ),
    "ResMemClassifier.fit": Call(
        (X, KINDS), function=fitting(classifier(), lambda m: m.class_scores(X))
    ),
    "ResMemDisplay": (
        [1, 2, 4],
        *np.array([[[0.5, 0.75], [0.25, 0.5], [1.0, 0.5]]] * 3),
    ),
    "ResMemDisplay.from_estimator": Call(
        (regressor(), X, Y),
        {"param_range": [1, 2], "cv": 3, "random_state": 0},
        drawn(rr.ResMemDisplay.from_estimator),
    ),
    "ResMemDisplay.interval": lambda: (display(), "resmem"),
    "ResMemDisplay.plot": Call(
        lambda: (display(),), function=drawn(rr.ResMemDisplay.plot)
    ),
    "ResMemRegressor": Call(
        (BASE, *SETTINGS),
        function=trained(rr.ResMemRegressor, X, Y, lambda m: m.predict(X)),
    ),
    "ResMemRegressor.fit": Call(
        (X, Y), function=fitting(regressor(), lambda m: m.predict(X))
    ),
    **{
        f"ResMemRegressor.{name}": fitted_regressor
        for name in (
            "base_scores", "neighbor_scores", "predict", "residual_scores",
            "weight_squares",
        )
    },
    **{
        f"ResMemClassifier.{name}": fitted_classifier
        for name in (
            "base_scores", "class_scores", "decision_function", "neighbor_scores",
            "predict", "predict_proba", "residual_scores", "weight_squares",
        )
    },
    "memorization_pays": Call(
        (regressor(), X, Y), {"cv": 3, "noise": 0.25, "random_state": 0}
    ),
}  # fmt: skip
PROTOCOL = "scikit-learn's protocol: it asks, and users do not"
ELSEWHERE = {
    "MemorizationVerdict": "a result, which users read and do not build",
    "ResMemClassifier.get_metadata_routing": PROTOCOL,
    "ResMemRegressor.get_metadata_routing": PROTOCOL,
}
LABELS = (("ResMemClassifier.fit", "y"),)
MEANINGFUL = {
    ("*", "X", "sparse"): "scikit-learn's estimators take sparse matrices",
    ("*", "X", "coo"): "scikit-learn's estimators take sparse matrices",
    ("*", "shape", "empty"): "the shape of a single point",
    ("memorization_pays", "noise", "none"): "the noise is not known",
    ("*", "estimator", "none"): "a default estimator",
    ("*", "cv", "none"): "scikit-learn's default of five folds",
    ("*", "cv", "generator"): "an iterator of splits, unless the first is none",
    ("*", "random_state", "none"): "splits that are new every time",
    ("ResMemDisplay", "loss", "unknown"): "the name of any loss",
    ("ResMemDisplay", "loss", "empty"): "the name of any loss",
}
RANGES = {
    **dict.fromkeys(
        (
            "asymptotic_excess_risk", "averaged_risk_limit", "ball_displacement",
            "ball_squared_distance", "base_risk", "best_neighbors",
            "centre_displacement", "displacement_limit", "excess_risk_parts",
            "expected_interval_displacement", "interval_displacement",
            "irreducible_risk", "irreducible_risk_bounds", "leave_one_out_scores",
            "noisy_base_risk", "noisy_interval_risk", "noisy_risk",
            "noisy_torus_risk", "recalled_risk_bound", "resmem_risk",
            "torus_displacement", "torus_distance_moment",
        ),
        (0.0, np.inf),
    ),
    **dict.fromkeys(("neighbor_weights", "project_on_simplex"), (0.0, 1.0)),
}  # fmt: skip
