"""Which functions of the package are called when a claim is measured."""

import sys
from contextlib import contextmanager

from refgen.claims import all_claims
from refgen.claims.sampled import Draws
from refgen.kernels import _Kernel
from refgen.random import Stream

# Enough to reach every function: which ones are called hardly depends on the instance.
INSTANCES = 4
DRAWS = 2


@contextmanager
def calls(found):
    """Add to `found` each function of refgen called inside, as (module, qualname)."""

    def look(frame, event, argument):
        if event != "call":
            return
        module = frame.f_globals.get("__name__", "")
        if module.partition(".")[0] == "refgen":
            found.add((module, frame.f_code.co_qualname))
        if frame.f_code is _Kernel.of.__code__:  # what Numba compiled is not seen
            kernel = frame.f_locals["self"]
            found.add((f"refgen.kernels.{kernel.module}", kernel.__name__))

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(before)


def calls_of_claims(rg, claims=None):
    """Of each claim's id, the functions called when it is measured.

    A set of (module, qualname) for each id. Drawing instances counts; twins do not.
    """
    return {claim.id: _calls(rg, claim) for claim in claims or all_claims()}


def _calls(rg, claim):
    _forget()
    found = set()
    with calls(found):
        for batch, size in _batches(rg, claim):
            if claim.monte_carlo:
                claim.measure(rg, batch, Draws(Stream(0, claim.id, "draws"), DRAWS))
            else:
                claim.decide(rg, batch, size)
    return found


def _batches(rg, claim):
    for example in claim.domain.examples():
        yield example.take(None), 1
    if claim.domain.sample is not None:
        drawn = claim.domain.sample(rg, Stream(0, claim.id), INSTANCES)
        yield drawn, INSTANCES


def _forget():
    """Empty the caches of refgen: what one claim has cached, another does not call."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "refgen":
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
