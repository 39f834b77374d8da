"""How faithfully networks are explained, by width and epochs of training.

Run: ``python benchmarks/faithful_until_overfit.py``. Not a benchmark of speed: the
curves of ``examples/plot_faithful_until_overfit.py``, which would take minutes there.
"""

import runpy
from pathlib import Path

import numba
from _record import store

EXAMPLE = Path(__file__).parents[1] / "examples/plot_faithful_until_overfit.py"


def main():
    example = runpy.run_path(str(EXAMPLE))
    results = {str(width): example["curves"](width) for width in example["WIDTHS"]}
    store("faithful_until_overfit", results, threads=numba.get_num_threads())


if __name__ == "__main__":
    main()
