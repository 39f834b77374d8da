"""What members of an ensemble say together: means and votes."""

from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.networks._committees import asked, committees, for_members
from refgen.claims.registry import claim
from refgen.claims.sources import Paper

KROGH = Paper("Krogh & Vedelsby 1995")
HESKES = Paper("Heskes 1998")


@claim(
    "NN-30",
    kind="identity",
    domain=committees,
    cost=40,
    source=KROGH.recalled("the decomposition"),
)
def the_mean_gains_the_spread(rg, case, share=1 / 2, replaced=True):
    """The mean of members has their mean error less their spread, for squared errors.

    The spread is half the mean squared difference between two members, drawn with
    replacement.
    """
    members, points = asked(rg, case, "squared")
    each = members.error(points, for_members(case, case.numbers, 2)).mean(axis=-1)
    together = (members.mean_prediction(points) - case.numbers) ** 2
    said = members.outputs(points)
    apart = (said[..., :, None, :, :] - said[..., None, :, :, :]) ** 2
    size = (said**2).mean(axis=(-3, -2, -1)) + (case.numbers**2).mean(axis=(-2, -1))
    if not replaced:
        m = said.shape[-3]
        share = share * m / max(m - 1, 1)
    spread = share * apart.mean(axis=(-4, -3, -2, -1))
    return equal(each, together.mean(axis=(-2, -1)) + spread, 4 * size)


the_mean_gains_the_spread.twin("the spread counts 0.49 times", share=0.49)
the_mean_gains_the_spread.twin(
    "two members are drawn without replacement", replaced=False
)


@claim("NN-31", kind="inequality", domain=committees, cost=40)
def the_vote_errs_at_most_twice_as_often(rg, case, factor=2.0):
    """The vote errs at most twice as often as members do on average; the 2 is best."""
    members, points = asked(rg, case, "cross_entropy")
    wrong = (members.vote(points) != case.labels).mean(axis=-1)
    each = members.error(points, for_members(case, case.labels, 1))
    return at_most(wrong, factor * each.mean(axis=-1), 2, sharp=True)


the_vote_errs_at_most_twice_as_often.twin("1.95 times would do", factor=1.95)


def logarithms(outputs: Any) -> Any:
    """Logarithms of the softmax."""
    xp = namespace(outputs)
    behind = outputs - outputs.max(axis=-1, keepdims=True)
    return behind - xp.log(xp.exp(behind).sum(axis=-1, keepdims=True))


@claim(
    "NN-32",
    kind="identity",
    domain=committees,
    cost=40,
    source=HESKES.recalled("the decomposition"),
)
def averaged_logits_gain_the_divergence(rg, case, share=1.0):
    """Averaged outputs have the mean loss less the mean of KL(theirs, a member's).

    For the cross entropy, where probabilities of averaged outputs are normalized
    geometric means.
    """
    members, points = asked(rg, case, "cross_entropy")
    xp, said = namespace(points), members.outputs(points)
    each = members.losses(points, for_members(case, case.labels, 1)).mean(axis=-2)
    together = logarithms(said.mean(axis=-3))
    right = xp.arange(said.shape[-1]) == case.labels[..., None]
    loss = -xp.where(right, together, 0.0).sum(axis=-1)
    far = together - xp.log(members.predict_proba(points)).mean(axis=-3)
    divergence = (xp.exp(together) * far).sum(axis=-1)
    size = 1 + abs(said).sum(axis=(-3, -1))
    return equal(each, loss + share * divergence, 4 * size)


averaged_logits_gain_the_divergence.twin("the divergence counts 0.97 times", share=0.97)


@claim("NN-33", kind="inequality", domain=committees, cost=40)
def averaged_probabilities_lose_less(rg, case, share=1.0):
    """With averaged probabilities: best loss ≤ loss ≤ mean loss, best loss + log m."""
    members, points = asked(rg, case, "cross_entropy")
    xp, m = namespace(points), case.networks.batch_shape[-1]
    each = members.losses(points, for_members(case, case.labels, 1))
    chances = members.mean_prediction(points)
    right = xp.arange(chances.shape[-1]) == case.labels[..., None]
    loss = -xp.log(xp.where(right, chances, 0.0).sum(axis=-1))
    best = each.min(axis=-2)
    size = 4 * (1 + abs(members.outputs(points)).sum(axis=(-3, -1)))
    return [
        at_most(best, loss, size, sharp=True),
        at_most(loss, share * each.mean(axis=-2), size, sharp=True),
        at_most(loss, best + share * xp.log(xp.asarray(float(m))), size, sharp=True),
    ]


averaged_probabilities_lose_less.twin("0.97 of the mean loss would do", share=0.97)
