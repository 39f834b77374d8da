"""Filters, and designs in their eigendirections."""

from support.mirrors import Case
from support.parity import model


def share(arguments, want):
    """1 − e^(−x): x has few roundings, each of which moves the result by x·e^(−x)."""
    return model(16, 1.0)


def power(arguments, want):
    """(1 − ηλ)^m: the logarithm is multiplied by m."""
    n_steps = arguments[1].max()
    return model(16 * (1 + n_steps), 2.0)


CASES = {
    "DesignSpectrum": Case(),
    "distilled_filter": Case(),
    "gradient_descent_filter": Case(power),
    "gradient_flow_filter": Case(share, endless=("time",)),
    "iterated_ridge_filter": Case(share),
    "repeated_filter": Case(share, endless=("n_rounds",)),
    "ridge_filter": Case(),
}
