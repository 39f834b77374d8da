"""Normal draws: ours by inversion of a counter's words, theirs by cuRAND or Philox.

Ours has the same bits on any machine and for any number of draws at a time; those of
the peers depend on the device and on the launch. All write a new array.
"""

from functools import partial

import numpy as np

from refgen_gpu.backend import backend
from refgen_gpu.random import Stream

from .contest import alone, compare
from .peers import load_torch, to_host
from .timing import copy_rate, fitting, limited, rated, target, timed

TARGET = 2e10
# Mean and standard deviation of z, z², z³ and z⁴ for a normal draw z.
MOMENTS = ((0, 1), (1, 2**0.5), (0, 15**0.5), (3, 96**0.5))
SAMPLE = 2**22


def agreement(draws):
    """Four moments of the draws in standard errors; more than 6 are no chance."""
    z = to_host(draws[:SAMPLE]).astype(np.float64)
    errors = [
        abs((z**power).mean() - moment) * len(z) ** 0.5 / deviation
        for power, (moment, deviation) in enumerate(MOMENTS, 1)
    ]
    largest = float(max(errors))
    return {"largest_standard_error": largest, "agrees": bool(largest < 6)}


def contest(n, dtype, peers):
    """Ours and `peers` of one precision."""
    stream = Stream(0, "benchmark")
    name = np.dtype(dtype).name
    found = compare(
        f"{n:g} normals {name}",
        lambda: stream.normal(n, dtype=dtype),
        peers,
        lambda ours, label, draws: agreement(draws),
        partial(rated, amount=n, unit="/s"),
    )
    # Half of a copy's bytes are written.
    least = n * np.dtype(dtype).itemsize / copy_rate()
    found["peers"]["write at copy rate"] = limited(found["ours"], least)
    return found


def normals(n=2**28):
    """Ours of every kind, and CuPy's normals."""
    n = fitting(n, 32)
    double = contest(n, np.float64, cupy_peers(n, np.float64))
    double["ours"] |= target(double["ours"]["rate"], TARGET)
    entries = [double, contest(n, np.float32, cupy_peers(n, np.float32))]
    stream = Stream(0, "benchmark")
    for kind in ("uniform", "words"):
        timing = timed(partial(getattr(stream, kind), n))
        entries.append(alone(f"{n:g} {kind}", rated(timing, n, "/s")))
    return {"entries": entries}


def cupy_peers(n, dtype):
    """The Generator's, and in double precision those of the older function."""
    random = backend().xp.random

    def generator():
        return partial(random.default_rng(0).standard_normal, n, dtype=dtype)

    def older():
        return partial(random.standard_normal, n)

    peers = {"cupy Generator.standard_normal": generator}
    if dtype == np.float64:
        peers["cupy.random.standard_normal"] = older
    return peers


def normals_torch(n=2**28):
    n = fitting(n, 32)
    torch = load_torch()
    where = "cuda" if backend().is_gpu else "cpu"

    def prepare(dtype):
        torch.manual_seed(0)
        dtype = getattr(torch, dtype)
        return partial(torch.randn, n, dtype=dtype, device=where)

    return {
        "entries": [
            contest(n, dtype, {"torch.randn": partial(prepare, dtype)})
            for dtype in ("float64", "float32")
        ]
    }
