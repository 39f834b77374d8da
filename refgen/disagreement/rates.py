"""Exact test error, disagreement and their gap on a finite law."""

from __future__ import annotations

from typing import Any

from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.disagreement._ranges import others, within
from refgen.disagreement.laws import ClassifierLaw, FiniteLaw


def test_error(law: FiniteLaw) -> Any:
    """Expected test error ETE = 1 − E Σₖ pₖ h̃ₖ of a random classifier, in [0, 1].

    Source: Jiang et al. (2022), appendix B; claim GDE-1.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> round(float(test_error(law)), 12)
    0.62
    """
    check_instance("law", law, FiniteLaw)
    return within(
        0, 1, _expectation(law, law.label_probabilities, others(law.vote_shares))
    )


test_error.__test__ = False  # type: ignore[attr-defined]  # not a pytest test


def expected_disagreement(law: FiniteLaw) -> Any:
    """Expected disagreement EDR = 1 − E Σₖ h̃ₖ² of two independent classifiers.

    In [0, 1]. Computed as E Σₖ h̃ₖ Σⱼ h̃ⱼ over j ≠ k, which is 0 if all of them agree.

    Source: Jiang et al. (2022), equation (10); claim GDE-1.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> round(float(expected_disagreement(law)), 12)
    0.32
    """
    check_instance("law", law, FiniteLaw)
    return within(0, 1, _expectation(law, law.vote_shares, others(law.vote_shares)))


def gap(law: FiniteLaw) -> Any:
    """EDR − ETE = E⟨h̃, p − h̃⟩, in [−1, 1]; negative for overconfident ensembles.

    Source: claim GDE-2 (derived from Jiang et al. 2022, appendix B).

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> round(float(gap(law)), 12)
    -0.3
    """
    check_instance("law", law, FiniteLaw)
    difference = law.label_probabilities - law.vote_shares
    return within(-1, 1, _expectation(law, law.vote_shares, difference))


def pointwise_gap(law: FiniteLaw) -> Any:
    """⟨h̃(x), p(x) − h̃(x)⟩ at every point, shape (..., n_points).

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> [round(float(g), 12) for g in pointwise_gap(law)]
    [-0.3]
    """
    check_instance("law", law, FiniteLaw)
    xp = namespace(law.vote_shares)
    difference = law.label_probabilities - law.vote_shares
    return within(-1, 1, xp.einsum("...nk,...nk->...n", law.vote_shares, difference))


def pairwise_disagreement(law: ClassifierLaw) -> Any:
    """P(h(X) ≠ h'(X)) for all pairs, shape (..., n_classifiers, n_classifiers).

    Examples
    --------
    >>> law = ClassifierLaw([1.0], [[0.0, 1.0]], [0.5, 0.5], [[0], [1]])
    >>> pairwise_disagreement(law).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    check_instance("law", law, ClassifierLaw)
    xp = namespace(law.weights)
    h = law.predictions
    differ = h[..., :, None, :] != h[..., None, :, :]
    shares = xp.einsum("...n,...abn->...ab", law.weights, differ.astype(float))
    return within(0, 1, shares)


def classifier_errors(law: ClassifierLaw) -> Any:
    """Test error of each classifier, shape (..., n_classifiers).

    Examples
    --------
    >>> law = ClassifierLaw([1.0], [[0.0, 1.0]], [0.5, 0.5], [[0], [1]])
    >>> classifier_errors(law).tolist()
    [1.0, 0.0]
    """
    check_instance("law", law, ClassifierLaw)
    xp = namespace(law.weights)
    wrong = xp.einsum(
        "...n,...nk,...hnk->...h",
        law.weights,
        law.label_probabilities,
        1 - law.one_hot(),
    )
    return within(0, 1, wrong)


def _expectation(law: FiniteLaw, a: Any, b: Any) -> Any:
    """E Σₖ aₖ(X) bₖ(X)."""
    xp = namespace(law.weights)
    inner = xp.einsum("...nk,...nk->...n", a, b)
    return xp.einsum("...n,...n->...", law.weights, inner)
