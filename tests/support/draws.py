"""What tests of random draws share."""

import numpy as np

# Probability of a false alarm in each test. The draws are fixed, so that a test always
# passes or always fails.
ALARM = 2.0**-20

MANY = 200_000


def numpy_uniform(words):
    return ((words >> np.uint64(12)) + 0.5) * 2.0**-52
