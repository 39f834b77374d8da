"""Values of Hypothesis strategies, outside of a test function of their own."""

import hypothesis


def small_values(strategy, n):
    """Up to `n` values that the strategy draws."""
    drawn = []

    @hypothesis.settings(max_examples=n)
    @hypothesis.given(strategy)
    def collect(value):
        drawn.append(value)

    collect()
    return drawn
