"""Calls of quantiles and brackets."""

from support.calls.uniform_convergence.losses import example


def chances(draws):
    return 0.01 + 0.98 * draws.child("chance").uniform(4)


ARGUMENTS = {
    "test_error_quantile": lambda s, d: (example(s, d), chances(s)),
}
RANGES = {
    "test_error_quantile": (0.0, 0.5),
}
