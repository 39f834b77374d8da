"""Disagreement and error of 100 networks for each protocol, on 5,000 MNIST images.

Run: ``pip install -e '.[examples]' && python benchmarks/mnist_disagreement.py``. Not a
benchmark of speed: the figures of ``examples/plot_mnist_disagreement.py``, which would
take minutes there.
"""

import runpy
from pathlib import Path

import numba
from _record import store

EXAMPLE = Path(__file__).parents[1] / "examples/plot_mnist_disagreement.py"


def main():
    example = runpy.run_path(str(EXAMPLE))
    results = {
        vary: {
            str(n): {
                name: float(f"{float(value):.6g}")
                for name, value in example["one_point"](vary, n).items()
            }
            for n in example["EPOCHS"]
        }
        for vary in example["PROTOCOLS"]
    }
    store("mnist_disagreement", results, threads=numba.get_num_threads())


if __name__ == "__main__":
    main()
