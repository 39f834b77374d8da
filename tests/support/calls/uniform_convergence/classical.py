"""Calls of classical bounds, and of what explains the linear example."""

from support.calls.uniform_convergence.losses import example, fields, radii


def deltas(draws):
    return 0.01 + 0.98 * draws.child("delta").uniform(4)


def ratios(draws):
    return 0.1 + draws.child("ratio").exponential(4)


def sizes(draws, d):
    return fields(draws, d)[:2]


ARGUMENTS = {
    "data_free_floor": lambda s, d: (ratios(s),),
    "gaussian_margin_bound": lambda s, d: (example(s, d),),
    "information_floor": lambda s, d: (example(s, d), radii(s), deltas(s)),
    "least_pac_bayes_certificate": lambda s, d: (ratios(s), "oracle"),
    "left_out_error": lambda s, d: (example(s, d),),
    "left_out_margins": lambda s, d: (s.child("margin").normal(4), radii(s)),
    "norm_ball_complexity": lambda s, d: (s.normal((4, 3, d)), radii(s)),
    "norm_ball_margin_bound": lambda s, d: (example(s, d),),
    "output_rademacher": lambda s, d: (example(s, d),),
    "pac_bayes_certificate": lambda s, d: (ratios(s), radii(s), "origin"),
    "ray_descent": lambda s, d: (example(s, d), radii(s), 3, "logistic"),
    "realized_labelings": lambda s, d: sizes(s, d)[::-1],
    "surrogate_error": lambda s, d: (example(s, d), radii(s)),
    "surrogate_radius": lambda s, d: (sizes(s, d)[0], deltas(s)),
    "surrogate_spread": lambda s, d: (example(s, d),),
    "transformed_divergence_floor": lambda s, d: (
        deltas(s), deltas(s.child("risk")), sizes(s, d)[0], deltas(s)
    ),
    "vc_bound": lambda s, d: (*sizes(s, d)[::-1], deltas(s)),
}  # fmt: skip
CALLS = {"pac_bayes_threshold": ("oracle",)}
RANGES = {
    "data_free_floor": (0.0, 0.5),
    "gaussian_margin_bound": (0.0, 8.0),
    "least_pac_bayes_certificate": (0.0, 0.5),
    "left_out_error": (0.0, 0.5),
    "norm_ball_margin_bound": (0.0, 2.0),
    "output_rademacher": (0.0, 0.5),
    "pac_bayes_certificate": (0.0, 1.0),
    "realized_labelings": (0.0, 1.0),
    "surrogate_error": (0.0, 0.5),
    "surrogate_spread": (0.0, 0.25),
}
INFINITE = {
    "transformed_divergence_floor": "what happens on the transformed sample never does"
}
