"""Calls of fits of the reversed pair, and of training errors."""

from support.calls.explainability.neighborhoods import fields, sample


def fitted(draws, d):
    """Three samples of four points, values, two sources of each, and penalties."""
    return (
        sample(draws, d),
        draws.child("values").normal((3, 4)),
        fields(draws, d)[0][:, :2] + draws.child("sources").normal((3, 2, d)),
        0.2 + draws.child("penalty").exponential((3, 2)),
    )


def line(draws, d):
    return sample(draws, 1), draws.child("values").normal((3, 4))


def intervals(draws, d):
    points, scale = fields(draws, 1)
    return points[..., 0], draws.child("values").normal((3, 4)), scale


def drawn(draws, d):
    return draws.child("e").normal((3, 2 * d + 6, d)), draws.child("f").normal(
        (3, 2 * d + 6)
    )


def norms(draws, d):
    return 0.1 + draws.child("W").exponential(4), 0.1 + draws.child("b").exponential(4)


ARGUMENTS = {
    "drawn_fidelity": drawn,
    "line_mirrored_fidelity": line,
    "mirrored_errors": fitted,
    "mirrored_fit": fitted,
    "penalty_for_norm_bound": norms,
    "uniform_mirrored_fidelity": intervals,
}
