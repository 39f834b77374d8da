"""Networks trained on real digits: finite laws that nobody designed."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from refgen.disagreement.laws import FiniteLaw
from refgen.disagreement.network_protocols import network_runs
from refgen.disagreement.protocols import Vary
from refgen.disagreement.votes import empirical_law
from refgen.random import Stream

N_TRAIN = 400
SETTINGS: dict[str, Any] = {
    "n_hidden": 16,
    "n_epochs": 30,
    "batch_size": 20,
    "step_size": 0.5,
}


@dataclass(frozen=True)
class DigitsRuns:
    """Predictions of the runs of one protocol on held-out digits.

    Attributes
    ----------
    name : str
        The protocol: "init", "order", "data" or "all".
    predictions : integer array of shape (n_runs, n_points)
        Digits predicted by each run, read-only.
    labels : integer array of shape (n_points,)
        True digits, read-only.
    """

    name: str
    predictions: np.ndarray
    labels: np.ndarray

    @property
    def law(self) -> FiniteLaw:
        """The held-out digits and the votes as an exact finite law."""
        return empirical_law(self.predictions, self.labels, np.arange(10))


@functools.cache
def digits_runs(n_runs: int = 100) -> tuple[DigitsRuns, ...]:
    """Small networks on scikit-learn's digits under the four protocols of `vary`.

    One hidden layer of 16 units, 30 epochs of SGD, 400 digits to train on (half of
    them per run under "data" and "all") and the other 1397 held out. Seeds are fixed,
    and the result is kept for the life of the process.

    Parameters
    ----------
    n_runs : int
        Runs per protocol.

    Returns
    -------
    tuple of four DigitsRuns
        In the order "init", "order", "data", "all".

    Raises
    ------
    ValueError
        If `n_runs` is not at least 1.

    Notes
    -----
    Protocols: Jiang et al. (2022), section 3. Data: the UCI optical digits, as
    shipped with scikit-learn; nothing is downloaded.

    Examples
    --------
    >>> runs = digits_runs(n_runs=2)
    >>> [(r.name, r.predictions.shape) for r in runs][0]
    ('init', (2, 1397))
    """
    X_train, X_test, y_train, y_test = _split()
    stream = Stream(20220613, "digits")
    return tuple(
        DigitsRuns(
            vary,
            _frozen(
                network_runs(X_train, y_train, stream, n_runs, vary, **SETTINGS)
                .predict(X_test)
                .astype(int)
            ),
            _frozen(y_test),
        )
        for vary in get_args(Vary)
    )


def _split() -> tuple[np.ndarray, ...]:
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    X, y = load_digits(return_X_y=True)
    # Pixels are integers in 0..16.
    return train_test_split(
        X / 16, y, train_size=N_TRAIN, stratify=y, random_state=20220613
    )


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
