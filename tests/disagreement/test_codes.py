"""Labels of every kind become class codes, and unknown ones are refused."""

import numpy as np
import pytest

from refgen.disagreement import disagreement, vote_counts

BEYOND = 2**63


@pytest.mark.parametrize(
    ("predictions", "classes", "unknown"),
    [
        ([["b", "a"]], ["a", "c"], "'b'"),
        ([["d", "a"]], ["a", "c"], "'d'"),
        ([[5.0, 1.0]], [0.0, 1.0], "5"),
        ([[2, 1]], [0, 1], "2"),
        ([[1, 3]], [1, 5], "3"),
    ],
)
def test_labels_that_are_no_class_are_refused(predictions, classes, unknown):
    with pytest.raises(ValueError, match=f"predictions holds {unknown}, which is not"):
        vote_counts(predictions, classes)


def test_integers_beyond_those_with_a_sign_are_labels():
    runs = np.array([[BEYOND, BEYOND + 1], [BEYOND, BEYOND + 2]], dtype=np.uint64)
    assert disagreement(runs) == 0.5
    classes = np.array([BEYOND + 2, BEYOND, BEYOND + 1], dtype=np.uint64)
    assert vote_counts(runs, classes).tolist() == [[0, 2, 0], [1, 0, 1]]
    assert vote_counts(runs).tolist() == [[2, 0, 0], [0, 1, 1]]
