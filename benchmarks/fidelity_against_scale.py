"""Fidelity and the growth of ρ_S against the scale, as on a poster, by convention.

Run: ``pip install -e '.[examples]' && python benchmarks/fidelity_against_scale.py``.
Not a benchmark of speed: the curves of ``examples/plot_fidelity_against_scale.py``.
"""

import runpy
from pathlib import Path

from _record import store
from threadpoolctl import threadpool_limits

EXAMPLE = Path(__file__).parents[1] / "examples/plot_fidelity_against_scale.py"


def main():
    example = runpy.run_path(str(EXAMPLE))
    with threadpool_limits(1):
        results = {
            data_set: {
                convention: example["curves"](data_set, convention)
                for convention in example["CONVENTIONS"]
            }
            for data_set in example["DATA_SETS"]
        }
    store("fidelity_against_scale", results, threads=1)


if __name__ == "__main__":
    main()
