"""Disagreement and cross-entropy of members that output probabilities."""

from __future__ import annotations

from typing import Any

from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.disagreement._ranges import others, within
from refgen.disagreement.laws import FiniteLaw, MemberLaw


def epistemic_disagreement(law: MemberLaw) -> Any:
    """E Σₖ Var_ω p(k | X, ω): the part of disagreement that is between members.

    Source: Kirsch & Gal (2022), proposition C.1; claim GDE-13.

    Examples
    --------
    >>> float(epistemic_disagreement(MemberLaw([1.0], [[[0.0, 1.0]], [[1.0, 0.0]]])))
    0.5
    """
    check_instance("law", law, MemberLaw)
    p = law.member_probabilities
    mean = p.mean(axis=-3, keepdims=True)
    spread = _expectation(law, ((p - mean) ** 2).sum(axis=-1).mean(axis=-2))
    return within(0, 1, spread)


def aleatoric_disagreement(law: MemberLaw) -> Any:
    """E E_ω (1 − Σₖ p(k | X, ω)²): the part that is within members.

    Source: Kirsch & Gal (2022), proposition C.1; claim GDE-13.

    Examples
    --------
    >>> float(aleatoric_disagreement(MemberLaw([1.0], [[[0.5, 0.5]]])))
    0.5
    """
    check_instance("law", law, MemberLaw)
    p = law.member_probabilities
    return within(0, 1, _expectation(law, (p * others(p)).sum(axis=-1).mean(axis=-2)))


def sampled_disagreement(law: MemberLaw) -> Any:
    """EDR when each member's label is drawn from its probabilities.

    Examples
    --------
    >>> float(sampled_disagreement(MemberLaw([1.0], [[[0.5, 0.5]]])))
    0.5
    """
    check_instance("law", law, MemberLaw)
    mean = law.member_probabilities.mean(axis=-3)
    return within(0, 1, _expectation(law, (mean * others(mean)).sum(axis=-1)))


def cross_entropy(law: FiniteLaw) -> Any:
    """E[−log h̃_Y(X)] in nats; infinite if a possible label has no votes.

    Source: Kirsch & Gal (2022), appendix C; claim GDE-14.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.5, 0.5]])
    >>> round(float(cross_entropy(law)), 6)
    0.693147
    """
    check_instance("law", law, FiniteLaw)
    return _expectation(law, _surprise(law, law.label_probabilities))


def vote_entropy(law: FiniteLaw) -> Any:
    """H[Ŷ | X], the expected entropy of the vote shares, in nats.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.5, 0.5]])
    >>> round(float(vote_entropy(law)), 6)
    0.693147
    """
    check_instance("law", law, FiniteLaw)
    return _expectation(law, _surprise(law, law.vote_shares))


def _surprise(law: FiniteLaw, probabilities: Any) -> Any:
    """−Σₖ pₖ log h̃ₖ with 0 log 0 = 0."""
    xp = namespace(law.vote_shares)
    used = probabilities > 0
    votes = xp.where(used, law.vote_shares, 1.0)
    # A used class without votes has surprise infinity, written without log(0). No
    # share is above 1: one that rounding put there would have a negative surprise.
    logs = xp.log(xp.where(votes > 0, xp.minimum(votes, 1.0), 1.0))
    surprise = -xp.where(votes > 0, probabilities * logs, -xp.inf).sum(axis=-1)
    # What is surprising at a point of probability 0 does not count.
    return xp.where(law.weights > 0, surprise, 0.0)


def _expectation(law: Any, per_point: Any) -> Any:
    return namespace(law.weights).einsum("...n,...n->...", law.weights, per_point)
