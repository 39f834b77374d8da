"""Monte-Carlo claims on means of known laws, and what some looks decide about them."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import strategies as st

import refgen
from refgen.arrays import Instance
from refgen.claims import Claim, Twin, sampled
from refgen.domains import Domain
from refgen.verify import drawing, judging


@dataclass(frozen=True, repr=False)
class Mean(Instance):
    """A law whose mean is `m`."""

    m: Any


def eight(m):
    """A domain of eight instances that are the same but for rounding."""
    return Domain(
        "means",
        list,
        lambda: st.just(Mean(np.array(m))),
        lambda rg, stream, size: Mean(m + 1e-15 * stream.uniform(size)),
    )


def one(m):
    return Domain("a mean", lambda: [Mean(np.array(m))])


def coins(instance, draws):
    p = instance.m[:, None]
    return (draws.stream.uniform((len(p), draws.n)) < p) + 0.0


def ninths(instance, draws):
    """In [0, 1], skewed, with mean 1/9 whatever the instance."""
    return draws.stream.uniform((len(instance.m), draws.n)) ** 8


def normals(instance, draws):
    return instance.m[:, None] + draws.stream.normal((len(instance.m), draws.n))


LAWS = {
    "binary": (0.3, coins, {"binary": True}),
    "bounded": (1 / 9, ninths, {"bounds": (0, 1)}),
    "kurtosis": (0.5, normals, {"kurtosis": 3.0}),
}


def make(law, kind="identity", off=0.0, precision=1e-9, domain=eight, mean=None):
    """The claim that the mean is (at most, above) its true value minus `off`.

    It is decided within `precision`, which is not relative here.
    """
    true, draw, assumed = LAWS[law]
    true = true if mean is None else mean

    def measure(rg, instance, draws):
        """A mean."""
        claimed = true - off
        relative = precision / abs(claimed)
        return sampled(draw(instance, draws), claimed, relative, **assumed)

    twin = Twin(kind, domain(true), measure, "the same")
    options = {"twins": [twin]}
    return Claim(kind, domain(true), measure, f"TEST-{law}", "nowhere", **options)


def looked_at(claim, n_looks, seed=0, rg=refgen):
    settings = SimpleNamespace(seed=seed, simulated=8, small=0)
    for look in range(n_looks):
        yield drawing.draw(claim, claim, rg, look, settings)


def decided(claim, n_looks, error_probability=0.05, seed=0, rg=refgen):
    """The verdict after the deciding look, or after the last one."""
    looks = []
    for look in looked_at(claim, n_looks, seed, rg):
        looks.append(look)
        verdict = judging.judge(claim.kind, looks, error_probability)
        if verdict.state != "open":
            break
    return verdict
