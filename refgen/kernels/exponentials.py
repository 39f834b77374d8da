"""e⁻ˣ and log from + − × ÷ alone, in a fixed order: the same bits on every machine."""

import numpy as np

from refgen.kernels import compiled

# 2⁻ᵏ, for exponents of up to 700.
HALVES = 2.0 ** -np.arange(1011.0)
FARTHEST = 700.0


@compiled
def falling(size):
    """e^(−size) in three parts: a power of 2, and Padé's numerator and denominator.

    The size is in [0, 700]. What the quotient of polynomials of degree 6 is off by is
    2·10⁻¹⁹ of it.
    """
    k = int(size * 1.4426950408889634 + 0.5)
    # log 2 in two parts; k times the first one is exact.
    r = size - k * 6.93147180369123816490e-01
    r = r - k * 1.90821492927058770002e-10
    t = r * r
    even = 665280.0 + t * (75600.0 + t * (840.0 + t))
    odd = r * (332640.0 + t * (10080.0 + t * 42.0))
    return HALVES[k], even - odd, even + odd
