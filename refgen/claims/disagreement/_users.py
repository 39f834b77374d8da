"""What users compute from predictions, next to the same of the exact law of the data.

A labelled test set of N points is a law with weights 1/N and labels that are certain.
"""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement._runs import label_masses, mean_pairwise
from refgen.disagreement import ClassifierLaw, FiniteLaw

N_BINS = 5

# Two arrays that should be equal, and the sum of the absolute terms of each.
Pair = tuple[Any, Any, Any]


def test_sets(law: ClassifierLaw) -> list[tuple[Any, Any]]:
    """Predictions (M, N) and labels (N,) of every instance of a batch."""
    truth = law.label_probabilities.argmax(axis=-1)
    return list(zip(law.predictions, truth, strict=True))


test_sets.__test__ = False  # type: ignore[attr-defined]  # not a pytest test


def _all(law: ClassifierLaw, function: Any, *args: Any, spread: int = 1) -> Any:
    """A function of predictions and labels on all instances."""
    xp = namespace(law.weights)
    found = [function(spread * p, spread * y, *args) for p, y in test_sets(law)]
    return xp.stack(
        [xp.stack(v) if isinstance(v, tuple) else xp.asarray(v) for v in found]
    )


def seen(rg: Any, law: ClassifierLaw) -> list[Pair]:
    """The law of the test set, rates, CACE and its noise."""
    parts = (_laws, _rates, _calibration_errors, _noise)
    return [pair for part in parts for pair in part(rg, law)]


def _rates(rg: Any, law: ClassifierLaw) -> list[Pair]:
    """Disagreement of the runs, and of the ensemble."""
    d = rg.disagreement
    return [
        (
            _all(law, lambda p, y: d.disagreement(p)),
            mean_pairwise(rg, law),
            2,
        ),
        (
            _all(law, lambda p, y: d.ensemble_disagreement(p)),
            d.expected_disagreement(law.marginal()),
            2,
        ),
    ]


def _calibration_errors(rg: Any, law: ClassifierLaw) -> list[Pair]:
    """CACE from counts, also of labels that leave integers out."""
    d, votes = rg.disagreement, law.marginal()
    exact, binned = d.cace(votes), d.binned_cace(votes, N_BINS)
    return [
        (_all(law, d.ensemble_cace), exact, 2),
        (_all(law, d.ensemble_cace, spread=5), exact, 2),
        (_all(law, d.binned_ensemble_cace, N_BINS), binned, 2),
        (_all(law, d.binned_ensemble_cace, N_BINS, spread=5), binned, 2),
    ]


def _laws(rg: Any, law: ClassifierLaw) -> list[Pair]:
    """The law of the test set, and its CACE from a table of levels."""
    d, xp, votes = rg.disagreement, namespace(law.weights), law.marginal()
    classes = xp.arange(votes.vote_shares.shape[-1])
    found = [d.empirical_law(p, y, classes) for p, y in test_sets(law)]
    tables = [d.level_masses(one) for one in found]
    summed = [abs(label - q * vote).sum() for q, vote, label in tables]
    return [
        (xp.stack([one.weights for one in found]), votes.weights, 1),
        (xp.stack([one.vote_shares for one in found]), votes.vote_shares, 1),
        (
            xp.stack([one.label_probabilities for one in found]),
            votes.label_probabilities,
            1,
        ),
        (xp.stack(summed), d.cace(votes), 2),
    ]


def _noise(rg: Any, law: ClassifierLaw) -> list[Pair]:
    """The noise floor, and unbiased squares of what bins are off by."""
    d, votes, n = rg.disagreement, law.marginal(), law.weights.shape[-1]
    off, variances = d.bin_imbalances(votes, N_BINS), d.bin_variances(votes, N_BINS)
    of_noise = variances / (n - 1)
    return [
        (
            _all(law, d.cace_noise_floor, N_BINS),
            d.expected_noise_floor(votes, n, N_BINS),
            2,
        ),
        (
            _all(law, d.unbiased_squared_bins, N_BINS),
            off**2 - of_noise,
            # An imbalance is a sum of terms of size 1: its square is off by |z|.
            2 * abs(off) + of_noise,
        ),
    ]


def known_classes(votes: FiniteLaw) -> Any:
    """Whether a class occurs, (..., n_classes): users cannot know of any other."""
    return (votes.vote_shares + votes.label_probabilities).sum(axis=-2) > 0


def level_masses(rg: Any, law: ClassifierLaw, spread: int) -> list[Pair]:
    """w(j/M) and a(j/M), j = 0..M, of labels that are multiples of `spread`."""
    xp, m, votes = namespace(law.weights), law.predictions.shape[-2], law.marginal()
    found = _all(law, rg.disagreement.ensemble_level_masses, spread=spread)
    steps = xp.rint(m * votes.vote_shares)[..., None] == xp.arange(m + 1)
    # A class that never occurs is left out of w(0).
    seen = (
        steps
        * known_classes(votes)[..., None, :, None]
        * votes.weights[..., None, None]
    )
    label_mass = (label_masses(votes)[..., None] * steps).sum(axis=(-2, -3))
    return [(found, xp.stack([seen.sum(axis=(-2, -3)), label_mass], axis=-2), 4)]
