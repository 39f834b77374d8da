"""Confidence intervals with guarantees at every sample size, over batches.

Every ``error_probability`` is the probability with which the interval may miss the
value, under the assumptions its docstring states; nothing is asymptotic.
"""

from refgen.intervals.averages import bernstein_of_averages
from refgen.intervals.betting import BettingSequence
from refgen.intervals.binomial import clopper_pearson
from refgen.intervals.bounded import empirical_bernstein, hoeffding
from refgen.intervals.interval import Interval, spend
from refgen.intervals.rates import local_slopes, loglog_slope
from refgen.intervals.robust import robust_mean

__all__ = [
    "BettingSequence",
    "Interval",
    "bernstein_of_averages",
    "clopper_pearson",
    "empirical_bernstein",
    "hoeffding",
    "local_slopes",
    "loglog_slope",
    "robust_mean",
    "spend",
]

# Why refgen_gpu has no such package.
NOT_MIRRORED = "they judge means that have come back to the host"


def __dir__() -> list[str]:
    return __all__
