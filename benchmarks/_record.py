"""Timing side by side, and results stored with what they were measured on."""

import json
import os
import platform
import statistics
import time
from pathlib import Path

import numba
import numpy as np
import scipy
import sklearn

RESULTS = Path(__file__).parent / "results"


def medians(candidates, repeats=5, clock=time.perf_counter):
    """Median seconds of each callable; candidates alternate in every round.

    Seconds are of the wall clock, or of another one, such as `time.process_time`. The
    first round compiles and warms caches; its seconds are returned separately and not
    in the medians.
    """
    first = {name: _seconds(call, clock) for name, call in candidates.items()}
    rounds = [
        {name: _seconds(call, clock) for name, call in candidates.items()}
        for _ in range(repeats)
    ]
    return {
        name: {
            "median_seconds": statistics.median(r[name] for r in rounds),
            "first_call_seconds": first[name],
        }
        for name in candidates
    }


def _seconds(call, clock):
    start = clock()
    call()
    return clock() - start


def store(name, results, threads):
    """Write ``results/<name>.json`` and print it."""
    record = {
        "benchmark": name,
        "device": "CPU",
        "threads": threads,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "versions": {m.__name__: m.__version__ for m in (np, scipy, sklearn, numba)},
        "results": results,
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(record, indent=2) + "\n"
    (RESULTS / f"{name}.json").write_text(text)
    print(text)
