"""A comparison: ours and each peer on the same clock, their answers held together."""

from functools import partial

from .peers import release
from .timing import BUDGET, timed


def compare(what, ours, peers, judge, rate=None, budget=BUDGET):
    """An entry of a result: `ours` against each of `peers`, one after the other.

    Parameters
    ----------
    what : str
        What is computed, at which sizes.
    ours : callable
        Our call.
    peers : dict of str to callable
        Each prepares, with input that is on the device already, and returns the call
        that is timed. One that fails costs its own line only.
    judge : callable
        ``judge(our_result, label, result)`` returns what is to be told about an answer,
        with ``"agrees"``. It judges ours, too, which is called "ours".
    rate : callable, optional
        Adds a rate to a timing.
    budget : float
        Seconds for the measurements of a call.
    """
    answers = []

    def measured(label, prepare):
        def judged(result):
            if label == "ours":
                answers.append(result)
            return judge(*answers, label, result)

        timing = timed(prepare(), judged, budget=budget)
        return rate(timing) if rate else timing

    own = measured("ours", lambda: ours)
    found = {}
    for label, prepare in peers.items():
        release()
        found[label] = _met(partial(measured, label, prepare), own)
    release()
    return {"what": what, "ours": own, "peers": found}


def _met(measure, own):
    """A peer's timing with its ratio to ours, or why there is none."""
    try:
        timing = measure()
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error)[:300]}"}
    return timing | {"ratio": timing["seconds"] / own["seconds"]}


def alone(what, timing, **limits):
    """An entry without a peer, or with times that are no peer's."""
    return {"what": what, "ours": timing, "peers": limits}
