"""Values of Hypothesis strategies, outside of a test function of their own."""

import hypothesis


def small_values(strategy, n):
    """Up to `n` values that the strategy draws."""
    drawn = []

    # Laws are slow to draw one by one.
    @hypothesis.settings(
        max_examples=n, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    @hypothesis.given(strategy)
    def collect(value):
        drawn.append(value)

    collect()
    return drawn
