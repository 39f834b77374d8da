"""What counts as a probability, and what rows that are nearly normalized become."""

import numpy as np
import pytest

from refgen.arrays import UNIT_ROUNDOFF, as_probabilities


@pytest.mark.parametrize("least", [-0.1, -1e-6, -1e-300])
def test_no_entry_is_negative_however_small(least):
    with pytest.raises(ValueError, match="p holds a negative probability"):
        as_probabilities("p", [1.0 - least, least])


@pytest.mark.parametrize("off", [-1e-3, 1e-3, -2e-9, 2e-9])
def test_sums_are_1_within_nine_decimals(off):
    with pytest.raises(ValueError, match="p must sum to 1 along its last axis"):
        as_probabilities("p", [[0.5, 0.5], [0.25, 0.75 + off]])


@pytest.mark.parametrize("off", [-9e-10, -1e-12, 1e-12, 9e-10])
def test_rows_within_them_are_divided_by_their_sums(off):
    rows = np.array([[0.5, 0.5], [0.25, 0.75 + off]])
    found = as_probabilities("p", rows)
    assert abs(found.sum(axis=-1) - 1).max() <= 2 * UNIT_ROUNDOFF
    assert abs(found - rows).max() <= abs(off)
    # Rows that need nothing keep their bits.
    assert (found[0] == rows[0]).all()
