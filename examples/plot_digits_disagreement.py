"""
Test error without labels, on real digits
=========================================

Ten small networks are trained on scikit-learn's digits under each of the four
protocols of Jiang et al. (2022): only the initialization differs between runs, only
the order of the data, only the data, or all of them. How often two runs disagree on
new digits needs no labels, and is compared here with how often they are wrong.

Runs that share their data agree too much, and the estimate is too low; with
everything different it comes close. The last columns show the theorem |gap| ≤ CACE/2
(GDE-6), which holds for any networks. Its gap counts each run as agreeing with itself:
it is 9/10 of the estimate, minus the error. The estimate itself has no such bound.
"""

import importlib.util

from refgen.disagreement import (
    DisagreementDisplay,
    cace,
    disagreement_estimate,
    gap,
    test_error,
)
from refgen.disagreement.digits import digits_laws


def table(protocols):
    """One line per protocol: the estimate with its interval, then the truth."""
    yield f"{'vary':<6}{'estimate':>9}{'95 % interval':>18}{'error':>8}" + (
        f"{'|gap|':>8}{'CACE/2':>8}"
    )
    for runs in protocols:
        estimate = disagreement_estimate(runs.predictions)
        interval = f"[{estimate.low:.3f}, {estimate.high:.3f}]"
        yield (
            f"{runs.name:<6}{estimate.value:>9.3f}{interval:>18}"
            f"{test_error(runs.law):>8.3f}{abs(gap(runs.law)):>8.3f}"
            f"{cace(runs.law) / 2:>8.3f}"
        )


def draw(protocols):
    """Reliability and per-run disagreement, one row of panels per protocol."""
    import matplotlib.pyplot as plt

    figure, rows = plt.subplots(
        len(protocols), 2, figsize=(9, 4 * len(protocols)), layout="constrained"
    )
    for runs, row in zip(protocols, rows, strict=True):
        DisagreementDisplay.from_predictions(runs.predictions, runs.labels, ax=row)
        row[0].set_title(f"vary={runs.name!r}: reliability of vote shares")
    return figure


def main():
    protocols = digits_laws()
    print("\n".join(table(protocols)))
    if importlib.util.find_spec("matplotlib"):
        draw(protocols)
        import matplotlib.pyplot as plt

        if plt.get_backend().lower() != "agg":
            plt.show()


if __name__ == "__main__":
    main()
