"""Normal draws: ours by inversion of a counter's words, theirs by other methods.

Ours has the same bits on any machine and for any number of draws at a time; those of
CuPy and torch depend on the device and on the launch. All write a new array.
"""

from functools import partial

import numpy as np

from refgen_gpu.backend import backend
from refgen_gpu.random import Stream

from .contest import alone, compare
from .peers import load_jax, load_torch, to_host
from .timing import copy_rate, fitting, limited, rated, target, timed

TARGET = 2e10
# Mean and standard deviation of z, z², z³ and z⁴ for a normal draw z.
MOMENTS = ((0, 1), (1, 2**0.5), (0, 15**0.5), (3, 96**0.5))
SAMPLE = 2**22


def agreement(draws, dtype):
    """Four moments of the draws in standard errors; more than 6 are no chance."""
    sample = to_host(draws[:SAMPLE])
    z = sample.astype(np.float64)
    errors = [
        abs((z**power).mean() - moment) * len(z) ** 0.5 / deviation
        for power, (moment, deviation) in enumerate(MOMENTS, 1)
    ]
    largest = float(max(errors))
    agrees = bool(largest < 6) and sample.dtype == dtype
    return {"largest_standard_error": largest, "agrees": agrees}


def contest(n, dtype, peers):
    """Ours and `peers` of one precision."""
    stream = Stream(0, "benchmark")
    name = np.dtype(dtype).name
    return compare(
        f"{n:g} normals {name}",
        lambda: stream.normal(n, dtype=dtype),
        peers,
        lambda ours, label, draws: agreement(draws, dtype),
        partial(rated, amount=n, unit="/s"),
    )


def normals(n=2**28):
    """Ours of every kind, and CuPy's normals."""
    n = fitting(n, 32)
    entries = []
    for dtype in (np.float64, np.float32):
        entry = contest(n, dtype, cupy_peers(n, dtype))
        least = n * np.dtype(dtype).itemsize / copy_rate()
        entry["peers"]["write at copy rate"] = limited(entry["ours"], least)
        entries.append(entry)
    entries[0]["ours"] |= target(entries[0]["ours"]["rate"], TARGET)
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

    return in_both(n, {"torch.randn": prepare})


def normals_jax(n=2**28):
    """By threefry, whose bits do not depend on the device either, and by Philox."""
    n = fitting(n, 32)
    jax = load_jax()

    def prepare(generator, dtype):
        with jax.enable_x64(dtype == "float64"):
            draw = jax.jit(lambda key: jax.random.normal(key, (n,), dtype))
            key = jax.random.key(0, impl=generator)
            compiled = draw.lower(key).compile()
        return lambda: jax.block_until_ready(compiled(key))

    generators = {"jax threefry": "threefry2x32", "jax rbg": "rbg"}
    return in_both(n, {name: partial(prepare, g) for name, g in generators.items()})


def in_both(n, peers):
    """Entries in both precisions, for which each peer is prepared."""
    return {
        "entries": [
            contest(n, dtype, {name: partial(p, dtype) for name, p in peers.items()})
            for dtype in ("float64", "float32")
        ]
    }
