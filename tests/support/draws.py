"""What tests of random draws share."""

import numpy as np

# 2⁻²⁰ of false alarm for each test; the draws are fixed, so it is met once or never.
ALARM = 2.0**-20

MANY = 200_000


def numpy_uniform(words):
    return ((words >> np.uint64(12)) + 0.5) * 2.0**-52
