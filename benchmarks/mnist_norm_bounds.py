"""Bounds by norms of networks on growing parts of 5,000 MNIST images, for 3 seeds.

Run: ``pip install -e '.[examples]' && python benchmarks/mnist_norm_bounds.py``. Not a
benchmark of speed: the figures of ``examples/plot_mnist_norm_bounds.py``, which would
take minutes there.
"""

import runpy
from pathlib import Path

from _record import store
from threadpoolctl import threadpool_limits

EXAMPLE = Path(__file__).parents[1] / "examples/plot_mnist_norm_bounds.py"
N_SEEDS = 3


def main():
    example = runpy.run_path(str(EXAMPLE))
    with threadpool_limits(1):
        found = [
            [example["one_network"](n, seed) for seed in range(N_SEEDS)]
            for n in example["SIZES"]
        ]
    results = {
        name: [[float(f"{one[name]:.6g}") for one in row] for row in found]
        for name in found[0][0]
    }
    store("mnist_norm_bounds", results, threads=1)


if __name__ == "__main__":
    main()
