"""Teacher and student networks on 20 random splits of 5,000 MNIST images.

Run: ``pip install -e '.[examples]' && python benchmarks/mnist_distillation.py``. Not a
benchmark of speed: the figures of ``examples/plot_mnist_distillation.py``, which would
take minutes there.
"""

import runpy
import warnings
from pathlib import Path

from _record import store
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

EXAMPLE = Path(__file__).parents[1] / "examples/plot_mnist_distillation.py"
N_SPLITS = 20
SETTINGS = {"true labels": 0.0, "30 % of labels changed": 0.3}


def main():
    example = runpy.run_path(str(EXAMPLE))
    X, y = example["images"]()
    with warnings.catch_warnings(), threadpool_limits(1):
        # The number of passes is fixed on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        results = {
            name: [
                {
                    key: round(float(value), 4)
                    for key, value in example["one_split"](X, y, share, seed).items()
                }
                for seed in range(N_SPLITS)
            ]
            for name, share in SETTINGS.items()
        }
    store("mnist_distillation", results, threads=1)


if __name__ == "__main__":
    main()
