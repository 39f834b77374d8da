"""Core seconds of training a network, among 200, against loops and stacks of others.

Run: ``python benchmarks/networks.py [PYTHON_WITH_TORCH]``. Networks 64–64–10 on digits,
50 epochs, batches of 32, step size 0.1, no momentum, random starts and orders: equal
updates. Peers are `MLPClassifier`, one after another in two processes of joblib;
stacked networks by torch's `vmap`, where a Python with torch is given; and what no
training by these products can beat, the matrix products alone, by NumPy.

Core seconds, unlike wall seconds, can be compared on a busy machine. Targets: at least
5 times as fast as the loop, 1.5 times as torch, at most 1.5 times the products. What
compiling takes is told apart: of a first training in a process, without kernels that
were kept on the disk, and with them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from _record import store
from joblib import Parallel, delayed
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from refgen.networks import train
from refgen.random import Stream

MEMBERS, EPOCHS, BATCH, HIDDEN, STEP = 200, 50, 32, 64, 0.1
LOOP_MEMBERS = 16  # a loop takes as long for each of them
ROUNDS = 3


def data():
    X, y = load_digits(return_X_y=True)
    return X / 16, y


def core_seconds(call, members):
    """Of a network: the least of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return {"core_milliseconds_per_network": round(min(taken) / members * 1e3, 3)}


def ours(X, y):
    return train(
        X,
        y,
        Stream(0),
        n_members=MEMBERS,
        n_hidden=HIDDEN,
        n_epochs=EPOCHS,
        batch_size=BATCH,
        step_size=STEP,
    )


def fit_one(X, y, seed):
    """Core seconds of a classifier, and its accuracy."""
    warnings.simplefilter("ignore")
    model = MLPClassifier(
        (HIDDEN,),
        solver="sgd",
        momentum=0.0,
        nesterovs_momentum=False,
        alpha=0.0,
        learning_rate_init=STEP,
        batch_size=BATCH,
        max_iter=EPOCHS,
        tol=0.0,
        n_iter_no_change=EPOCHS,
        random_state=seed,
    )
    start = time.process_time()
    model.fit(X, y)
    return time.process_time() - start, model.score(X, y)


def loop(X, y):
    """Of a network: the least mean of some rounds, each in two processes."""
    rounds = [
        Parallel(n_jobs=2)(delayed(fit_one)(X, y, i) for i in range(LOOP_MEMBERS))
        for _ in range(ROUNDS)
    ]
    seconds, accuracy = min(np.mean(found, axis=0).tolist() for found in rounds)
    return {
        "core_milliseconds_per_network": round(seconds * 1e3, 3),
        "accuracy": round(accuracy, 4),
    }


def products(n):
    """The products of all steps, on arrays that stay in the cache."""
    rng = np.random.default_rng(0)

    def step(rows):
        x, a, o = (rng.normal(size=(rows, k)) for k in (64, HIDDEN, 10))
        U, V = rng.normal(size=(64, HIDDEN)), rng.normal(size=(HIDDEN, 10))
        pairs = [(x, U), (a, V), (o, V.T), (x.T, a), (a.T, o)]
        outs = [np.empty((left.shape[0], right.shape[1])) for left, right in pairs]
        return [(*pair, out) for pair, out in zip(pairs, outs, strict=True)]

    steps = [step(BATCH)] * (n // BATCH) + [step(n % BATCH)]

    def run():
        for _ in range(EPOCHS):
            for one in steps:
                for left, right, out in one:
                    np.matmul(left, right, out=out)

    with threadpool_limits(1):
        return core_seconds(run, 1)


def stacks(python):
    """What torch takes, by a Python that has it."""
    script = Path(__file__).with_name("networks_torch.py")
    settings = json.dumps([MEMBERS, EPOCHS, BATCH, HIDDEN, STEP])
    found = subprocess.run(
        [python, str(script), settings], check=True, capture_output=True, text=True
    )
    return json.loads(found.stdout)


FIRST = """
import time
from refgen.networks import initial_networks, train
from refgen.random import Stream
X, y = [[0.0], [1.0]], ["a", "b"]
first = initial_networks(Stream(0), 1, 1, 2)  # its random numbers are compiled here
start = time.process_time()
train(X, y, Stream(0), initial=first, n_epochs=1, batch_size=2)
print(time.process_time() - start)
"""


def first_use():
    """Core seconds of a first training, without and with kernels on the disk."""
    with tempfile.TemporaryDirectory() as kept:
        environment = os.environ | {"NUMBA_CACHE_DIR": kept}
        taken = [
            subprocess.run(
                [sys.executable, "-c", FIRST],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            for _ in range(2)
        ]
    return [round(float(seconds), 2) for seconds in taken]


def main(python=None):
    X, y = data()
    trained = ours(X, y)
    accuracy = float(1 - np.mean(trained.error(X, y)))
    results = {
        "refgen": {
            **core_seconds(lambda: ours(X, y), MEMBERS),
            "accuracy": round(accuracy, 4),
            "first_use_core_seconds": first_use(),
        },
        "joblib loop of MLPClassifier": loop(X, y),
        "matrix products alone, NumPy": products(len(X)),
    }
    if python:
        results |= stacks(python)
    own = results["refgen"]["core_milliseconds_per_network"]
    for found in results.values():
        ratio = found["core_milliseconds_per_network"] / own
        found["over_refgen"] = round(ratio, 2)
    store("networks", results, threads=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
