"""Calls of complexities, deviations and bounds on risks."""

N = 4


def positive(draws, name, shape=(N,)):
    return 0.2 + draws.child(name).exponential(shape)


def linear(draws, d):
    return draws.child("points").normal((N, 3, d)), positive(draws, "norm")


def neighbors(draws, d):
    points, norm = linear(draws, d)
    return points, draws.child("neighbors").dirichlet((N, 3, 1 + d)), norm


def labeled(draws, d):
    bound = positive(draws, "bound")
    labels = bound[:, None] * (2 * draws.child("labels").uniform((N, 3)) - 1)
    return draws.child("points").normal((N, 3, d)), labels, bound


def levels(draws):
    return 0.01 + 0.9 * draws.child("delta").uniform(N)


def deviation(draws, d):
    sizes = d + draws.child("sizes").integers(100, (N,)).astype(float)
    bound, delta = positive(draws, "bound"), levels(draws)
    return positive(draws, "complexity"), sizes, bound, delta


def left_out(draws, d):
    stability, sizes, bound, delta = deviation(draws, d)
    return positive(draws, "error"), stability, 1 + sizes, bound, delta


def stability(draws, d):
    sizes = d + draws.child("sizes").integers(100, (N,)).astype(float)
    names = ("radius", "error", "bound")
    rest = (positive(draws, name) for name in names)
    return positive(draws, "penalty"), sizes, *rest


def errors(draws, d):
    """The spread is half of what it may be, so that little cancels."""
    spread = positive(draws, "spread")
    return (
        2 * spread + d * positive(draws, "error"),
        2 * spread + positive(draws, "fidelity"),
        spread,
    )


def uniform(draws, d):
    error, fidelity, spread = errors(draws, d)
    return error, positive(draws, "own"), fidelity, positive(draws, "change"), spread


ARGUMENTS = {
    "deviation_bound": deviation,
    "label_scaled_points": labeled,
    "left_out_deviation": left_out,
    "linear_complexity": linear,
    "neighbor_complexity": neighbors,
    "ridge_stability": stability,
    "risk_bound": errors,
    "uniform_risk_bounds": uniform,
}
