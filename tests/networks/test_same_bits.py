"""Numbers with the same bits, as NN-4 and NN-5 compare them."""

import numpy as np
import pytest

from refgen.claims.networks._training import same_bits

NUMBERS = np.array([1.0, -1.0, 1.5, 2 - 2.0**-52, -3e-7, 4e9])


def excess(left, right):
    """How far sides are apart, as a part of what is allowed."""
    relation = same_bits(left, right)
    return abs(relation.lhs - relation.rhs) / relation.tolerance


@pytest.mark.parametrize("towards", [np.inf, -np.inf])
def test_neighbours_are_not_the_same_number(towards):
    assert (excess(NUMBERS, np.nextafter(NUMBERS, towards)) > 1).all()


def test_numbers_are_the_same_as_they_are():
    assert (excess(NUMBERS, NUMBERS.copy()) == 0).all()
