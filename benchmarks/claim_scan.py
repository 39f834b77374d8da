"""Instances per second of a finite-law identity: 8 points, 4 classes, one thread.

Run: ``python benchmarks/claim_scan.py``. Target: 2e5 instances per second per core.
"""

from functools import partial

from _record import medians, store
from threadpoolctl import threadpool_limits

import refgen as rg
from refgen.claims import get
from refgen.random import Stream
from refgen.verify.scan import BLOCK

BLOCKS = 200


def draw(domain, block):
    """A block of laws, with every probability drawn by the claim's own domain."""
    return domain.sample(rg, Stream(0, "benchmark", replicate=block), BLOCK)


def scan(claim):
    domain = get("GDE-2").domain.but("8 points, 4 classes", n=8, k=4)
    for block in range(BLOCKS):
        assert not claim.decide(rg, draw(domain, block), BLOCK).violated.any()


def main():
    ids = ("GDE-2", "GDE-5", "GDE-6")
    with threadpool_limits(1):
        timed = medians({id: partial(scan, get(id)) for id in ids})
    for result in timed.values():
        rate = BLOCK * BLOCKS / result["median_seconds"]
        result["instances_per_second"] = round(rate)
    store("claim_scan", timed, threads=1)


if __name__ == "__main__":
    main()
