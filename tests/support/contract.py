"""The contract of scikit-learn's estimators, as a test checks it."""

import warnings


def run_check(estimator, check):
    """One check of `parametrize_with_checks`."""
    with warnings.catch_warnings():
        # Checks that skip themselves warn.
        warnings.filterwarnings("ignore", category=UserWarning, module="sklearn")
        check(estimator)
