"""Networks trained on real digits: finite laws that nobody designed."""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass
from typing import get_args

import numpy as np

from refgen.disagreement.laws import FiniteLaw
from refgen.disagreement.protocols import Vary, train_runs
from refgen.disagreement.votes import empirical_law

N_TRAIN = 400
N_EPOCHS = 15
N_HIDDEN = 16


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
def digits_runs(n_runs: int = 10, n_jobs: int | None = None) -> tuple[DigitsRuns, ...]:
    """Small networks on scikit-learn's digits under the four protocols of `vary`.

    One hidden layer of 16 units, 15 epochs of Adam, 400 digits to train on (half of
    them per run under "data" and "all") and the other 1397 held out. Seeds are fixed,
    and the result is kept for the life of the process.

    Parameters
    ----------
    n_runs : int
        Runs per protocol.
    n_jobs : int, optional
        Runs trained at once, as in joblib.

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
    return tuple(
        DigitsRuns(
            vary,
            _frozen(_predict(X_train, y_train, X_test, n_runs, vary, n_jobs)),
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


def _predict(
    X: np.ndarray,
    y: np.ndarray,
    X_test: np.ndarray,
    n_runs: int,
    vary: Vary,
    n_jobs: int | None,
) -> np.ndarray:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(
        (N_HIDDEN,), batch_size=20, learning_rate_init=0.01, max_iter=N_EPOCHS
    )
    with warnings.catch_warnings():
        # The number of epochs is fixed on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        runs = train_runs(
            network, X, y, n_runs, vary, random_state=20220613, n_jobs=n_jobs
        )
    return np.stack([run.predict(X_test) for run in runs])


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
