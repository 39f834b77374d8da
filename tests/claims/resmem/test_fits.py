"""A fit is as exact as the condition of its design allows, and is judged by that."""

import numpy as np
import pytest

from refgen.claims.resmem._cases import ResMemCase
from refgen.claims.resmem._fits import condition_of_fit
from refgen.claims.resmem.domains import DesignedProblem
from refgen.resmem import LinearProblem
from refgen.verify import check

# The first two points are almost opposite.
ALMOST_DEPENDENT = ResMemCase(
    points=[
        [-0.9999990463256836, 1.0000000000000142, 2.9802322387695312e-08],
        [-0.9999999999990905, 1.000000000001819, 3.552713678800501e-15],
        [3.552713678800501e-15, -0.9999999999995453, 3.0000000000000004],
    ],
    queries=[
        [-0.5716359004331091, -1.063938585679899, 0.5292567975303129],
        [-1.878917302170309, -0.47238800697355277, -0.6672171185159478],
        [0.9730732568235744, 1.2448136973312915, -0.761362217485212],
        [-1.156866971350869, -1.3309861941927372, 2.1392674646795213],
    ],
    coefficients=[0.9217177859328383, 0.2424392258338651, -1.0592198989451553],
    base=[-0.543187325860768, -0.39446297276209324, -1.8807231710436771],
    radius=2.034381407692375,
    bandwidth=0.22396281708544172,
    noise=[-2.0, 1.0, -1.0],
)
# An eigenvalue of 6e-6, and a constraint that is active through its direction.
LONG_ALONG_A_SMALL_EIGENVALUE = DesignedProblem(
    points=[
        [1.402035804198928, -0.5949209319502962, 1.561876994999783,
         0.4260585067231849, 0.29568343415865406],
        [-1.010732473948147, 1.1567640456183497, 0.36146773544139865,
         1.1458132578152687, -0.682805784357803],
        [1.320295376069529, -1.3322423109546393, -1.1596767661816503,
         -0.8905826936629286, 1.1598473650618948],
        [2.1433307447004006, -0.7758788705522062, -0.4861904396903642,
         -0.1623304454195372, -0.42262342242704],
        [0.9915998918017992, -0.9036825753489551, 1.4194166498681562,
         -1.5307964080061445, -0.48452537964106474],
    ],
    problem=LinearProblem(
        spectrum=[1.987158328366347, 0.39641088177200806, 0.5186883007779549,
                  3.7050085226773897, 0.8324534518194746],
        coefficients=[-0.4247262308733279, 0.5587521291316151, -0.10234183456481583,
                      -0.0600291470480721, 0.7023719366557952],
        radius=0.831527083563077,
        noise=0.0,
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "instance"),
    [("RM-9", ALMOST_DEPENDENT), ("RM-4b", LONG_ALONG_A_SMALL_EIGENVALUE)],
)
def test_rounding_of_an_ill_conditioned_fit_refutes_nothing(claim, instance):
    assert check(claim, instance)


def test_the_condition_counts_directions_in_which_something_is_fitted():
    points = np.diag([2.0, 1.0, 0.0])[None] * np.sqrt(3)  # eigenvalues 4, 1 and 0
    assert condition_of_fit(points) == pytest.approx([1 + 5 / 1])
    assert condition_of_fit(points, np.array([4.0])) == pytest.approx([1 + 5 / 5])
    assert condition_of_fit(0 * points) == [1.0]
