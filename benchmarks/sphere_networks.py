"""Networks on two spheres: errors and bounds by norms, for growing samples.

Run: ``python benchmarks/sphere_networks.py``. Not a benchmark of speed: the figures of
``examples/plot_sphere_networks.py``, which would take minutes there.
"""

import runpy
from pathlib import Path

from _record import store

EXAMPLE = Path(__file__).parents[1] / "examples/plot_sphere_networks.py"
SEED = 0
RUNS = {
    "width 500": (8, (128, 256, 512, 1024, 2048)),
    "notebook": (5, (256, 512, 1024, 2048, 4096, 8192, 16384)),
    "notebook, batch 32": (5, (256, 512, 1024, 2048)),
    "notebook, wide": (1, (1024,)),
}


def main():
    measured = runpy.run_path(str(EXAMPLE))["measured"]
    results = {}
    for regime, (n_members, sizes) in RUNS.items():
        found = []
        for m in sizes:
            found.append(measured(m, n_members, SEED, regime))
            print(regime, m, found[-1]["test error"], flush=True)
        curves = {
            name: [[float(f"{value:.6g}") for value in one[name]] for one in found]
            for name in found[0]
        }
        results[regime] = {"n_samples": list(sizes), **curves}
    store("sphere_networks", results, threads=1)


if __name__ == "__main__":
    main()
