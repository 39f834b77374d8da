"""The table of the benchmarks, from results that are made up."""

import math

import pytest
from support.benchmarks import load

gpu = load("gpu")
quantity = load("gpu.summary").quantity

MADE_UP = {
    "neighbors against torch": {
        "entries": [
            {
                "what": "10-nn 100000 x 10000 x 64",
                "ours": {"seconds": 0.02},
                "peers": {
                    "torch f64": {"seconds": 0.05, "ratio": 2.5, "agrees": True},
                    "torch f32": {"seconds": 4e-5, "ratio": 2e-3, "recall": 0.9999999},
                    "late": {"error": "MemoryError: " + 80 * "x"},
                    "odd": {"seconds": math.nan, "ratio": math.nan, "agrees": False},
                },
            }
        ]
    },
    "normals": {
        "entries": [
            {
                "what": "2.68435e+08 normals float64",
                "ours": {"seconds": 0.0134, "rate": 2e10, "unit": "/s"},
                "peers": {"write at copy rate": {"seconds": 1e-3, "ratio": 0.1}},
            },
            {
                "what": "eigh, 512 of 64 x 64",
                "ours": {"seconds": 1, "rate": 512.0, "unit": "/s", "residual": 1.234},
                "peers": {"torch eigh": {"seconds": 2, "ratio": 2.0, "residual": 1e-3}},
            },
            {
                "what": "copy",
                "ours": {"seconds": 1, "rate": 2.5e12, "unit": "B/s"},
                "peers": {},
            },
        ]
    },
    "copies": {"error": "OutOfMemoryError: out of memory"},
    "neighbors against jax": {"not run": "jax not installed"},
}


def test_the_summary_of_results():
    what = "10-nn 100000 x 10000 x 64"
    rows = gpu.summary(MADE_UP)
    cut = rows.pop(2)
    assert rows == [
        (f"{what}: torch f64", "20 ms", "50 ms", "2.5"),
        (f"{what}: torch f32, recall 0.99999", "20 ms", "40 µs", "0.002"),
        (f"{what}: odd, WRONG", "20 ms", "nan s", "nan"),
        ("2.68435e+08 normals float64: write at copy rate", "20 G/s", "200 G/s", "0.1"),
        (
            "eigh, 512 of 64 x 64, residual 1.2: torch eigh, residual 0.001",
            "512 /s",
            "256 /s",
            "2",
        ),
        ("copy", "2.5 TB/s", "", ""),
        ("copies: OutOfMemoryError: out of memory", "", "", ""),
        ("neighbors against jax: not run: jax not installed", "", "", ""),
    ]
    assert cut[0].startswith(f"{what}: late, MemoryError: xxx")
    assert all(len(text) <= 72 for text, *_ in [cut, *rows])
    assert all(isinstance(part, str) for row in rows for part in row)


def test_doubts_about_results():
    what = "10-nn 100000 x 10000 x 64"
    late, odd, *others = gpu.doubts(MADE_UP)
    assert late.startswith(f"{what}: late: MemoryError: xxx")
    assert odd == f"{what}: odd: the answer is wrong"
    assert others == [
        "copies: OutOfMemoryError: out of memory",
        "neighbors against jax: not run: jax not installed",
    ]
    assert gpu.doubts(MADE_UP, of_peers=False) == others


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (2.345e12, "B/s", "2.35 TB/s"),
        (999.0, "/s", "999 /s"),
        (0.5, "/s", "0.5 /s"),
        (0.0321, "s", "32.1 ms"),
        (2e-9, "s", "0.002 µs"),
        (math.inf, "B/s", "inf B/s"),
    ],
)
def test_quantities_are_shown_with_three_digits(value, unit, shown):
    assert quantity(value, unit) == shown
