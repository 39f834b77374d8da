"""The confidence slope against other computations, and on probabilities of 0 and 1."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from support.calls.distillation.measures import probabilities
from support.parity import assert_within, model, on_device, seeds, stream

import refgen_gpu.distillation as on_gpu
from refgen.distillation import confidence_logits, confidence_slope
from refgen_gpu.arrays import to_device

ROOT = Path(__file__).parents[2]
LOGITS = np.array([0.5, 1.0, 1.5, 2.5, 3.0, 4.0])
OFF = np.array([0.1, -0.2, 0.0, 0.3, -0.1, 0.05])


def chance(logits):
    return 1 / (1 + np.exp(-np.asarray(logits)))


def test_the_line_is_the_one_of_scipy():
    found = confidence_slope(chance(LOGITS), chance(1.3 * LOGITS + OFF))
    line = stats.linregress(LOGITS, 1.3 * LOGITS + OFF)
    assert found.slope == pytest.approx(line.slope, rel=1e-12)
    assert found.intercept == pytest.approx(line.intercept, rel=1e-11)
    assert (found.n_points, found.n_classes, found.n_clipped) == (6, 2, 0)


def test_the_interval_is_that_of_student():
    found = confidence_slope(
        chance(LOGITS), chance(1.3 * LOGITS + OFF), confidence_level=0.8
    )
    half = stats.t.ppf(0.9, found.degrees_of_freedom) * found.standard_error
    assert found.interval == pytest.approx((found.slope - half, found.slope + half))
    assert found.exaggerates == "yes"


def test_two_classes_have_one_logit():
    """The class that the teacher does not predict has the logit with the other sign."""
    teacher, student = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.5, 3.0])
    x, y = confidence_logits(chance(teacher), chance(student))
    np.testing.assert_allclose(x, abs(teacher), rtol=1e-14)
    np.testing.assert_allclose(y, student * np.sign(teacher), rtol=1e-14)


def test_of_tied_classes_the_lowest_is_predicted():
    _, y = confidence_logits([0.5], [0.75])
    assert y[0] == pytest.approx(-np.log(3))


def test_a_probability_near_one_keeps_its_digits():
    rest = 1e-20
    x, _ = confidence_logits([[1.0, rest]], [[1.0, rest]], clip=1e-30)
    assert x[0] == pytest.approx(-np.log(rest))


def test_logits_that_are_nearly_equal_keep_the_digits_that_they_have():
    """A mean is off by its rounding, which another mean must not multiply."""
    rests = 1e-11 * (1 + 1e-8 * np.array([LOGITS, 2 * LOGITS + OFF]))
    pair = np.stack([1 - rests, rests], axis=-1)
    logits = [[Fraction(z) for z in row] for row in confidence_logits(*pair)]
    x, y = ([z - sum(row) / len(row) for z in row] for row in logits)
    products = [sum(a * b for a, b in zip(x, other, strict=True)) for other in (x, y)]
    found = confidence_slope(*pair)
    assert found.slope == pytest.approx(float(products[1] / products[0]), rel=1e-10)


def test_a_student_that_is_its_teacher_has_the_slope_one():
    teacher, _ = probabilities(stream(0), 3, 40)
    found = confidence_slope(teacher, teacher)
    assert found.slope == 1
    assert found.exaggerates == "undecided"


def test_clipped_probabilities_are_counted_and_left_out_of_a_second_slope():
    teacher = np.append(chance(LOGITS), [1.0, 0.0])
    student = np.append(chance(2 * LOGITS), [0.5, 0.0])
    found = confidence_slope(teacher, student)
    assert (found.n_clipped, found.clip) == (2, 1e-12)
    assert found.unclipped_slope == pytest.approx(2)
    assert found.slope != pytest.approx(2, abs=0.1)
    wider = confidence_slope(teacher, student, clip=0.01)
    assert wider.n_clipped == 5
    # Students are clipped, too; and where all points are, no slope is left.
    none = confidence_slope([1.0, 1.0, 0.75], [0.5, 0.75, 1.0])
    assert (none.n_clipped, none.unclipped_slope) == (3, None)


def test_a_single_point_that_decides_leaves_the_interval_open():
    found = confidence_slope([0.9, 0.5, 0.5], [0.8, 0.5, 0.4])
    assert found.interval == (-np.inf, np.inf)
    assert found.exaggerates == "undecided"
    assert found.to_dict()["low"] is None


def test_results_are_plain_values():
    values = confidence_slope(chance(LOGITS), chance(LOGITS + OFF)).to_dict()
    assert {type(v) for v in values.values()} <= {float, int, str, tuple}
    assert values["exaggerates"] == "undecided"


FRAME = pd.DataFrame({"a": [0.1, 0.2, 0.4], "b": [0.9, 0.8, 0.6]})


@pytest.mark.parametrize(
    ("teacher", "student", "options", "message"),
    [
        ([0.5, 0.5, 0.5], [0.1, 0.2, 0.3], {}, "equally sure of every point"),
        ([0.5, 0.6], [0.5, 0.6], {}, r"has 2 point\(s\), and an interval needs"),
        (np.ones((4, 1)), np.ones((4, 1)), {}, "teacher_proba has a single class"),
        (np.eye(3)[:, :1], np.eye(3)[:, :1], {}, "has a single class .* shape .n_po"),
        (FRAME, FRAME[["b", "a"]], {}, r"student_proba\.columns name the same things"),
        (np.eye(3), np.eye(4)[:3], {}, "has 3 classes and student_proba has 4"),
        (np.eye(3), np.eye(3)[:2], {}, "has 3 points and student_proba has 2"),
        (np.eye(3)[None], np.eye(3)[None], {}, r"must have shape \(n_points, n_cl"),
        ([0.5, 1.5, 0.1], [0.5, 0.5, 0.1], {}, "teacher_proba must be between 0 and"),
        (np.eye(3), np.eye(3) * 2, {}, "student_proba must sum to 1"),
        (np.eye(3), np.eye(3), {"clip": 0.0}, "clip must be between 0 and 0.5, got"),
        (np.eye(3), np.eye(3), {"confidence_level": 1}, "confidence_level must be"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input(teacher, student, options, message):
    with pytest.raises(ValueError, match=message):
        confidence_slope(teacher, student, **options)


def test_probabilities_of_few_bits_are_normalized():
    pair = probabilities(stream(1), 4, 30)
    few = confidence_slope(*(p.astype(np.float32) for p in pair))
    assert few.slope == pytest.approx(confidence_slope(*pair).slope, rel=1e-4)


@on_device
@given(seeds, st.integers(8, 40), st.integers(2, 4))
def test_slopes_agree_on_a_device(device, seed, n, k):
    """Logits carry a few roundings, which weights and what leverages leave magnify."""
    draws = stream(seed)
    pair = [
        (draws.child(name).dirichlet((n, k)) + 0.1) / (1 + 0.1 * k)
        for name in ("teacher", "student")
    ]
    want = confidence_slope(*pair)
    x, y = confidence_logits(*pair)
    centred = x - x.mean()
    share = centred / (centred**2).sum()
    left = 1 - 1 / n - share * centred
    spread = abs(share).sum() * (1 + abs(want.slope)) / left.min() ** 2
    condition = (1 + abs(x).max() + want.degrees_of_freedom) * (1 + abs(y).max())
    off = model(8 * (n + k + 16), spread * condition * (1 + n * spread))
    got = on_gpu.confidence_slope(*map(to_device, pair))
    assert_within(got, want, off)


def test_coverage_is_shown_as_it_was_measured():
    """The table of the theory's page, and the shares that the docstring has."""
    stored = ROOT / "benchmarks/results/slope_coverage.json"
    results = json.loads(stored.read_text())["results"]
    page = (ROOT / "theory/distillation.md").read_text()
    shares = {
        name: [p["covered"] / p["repeats"] for p in found["points"].values()]
        for name, found in results.items()
    }
    for name, found in shares.items():
        cells = " | ".join(f"{100 * share:.1f} %" for share in found)
        assert f"| {name} | {results[name]['slope']:.2f} | {cells} |" in page
    assert min(shares.pop("heavy tails")) >= 0.90
    others = np.concatenate(list(shares.values()))
    assert 0.92 <= others.min() <= others.max() <= 0.97
