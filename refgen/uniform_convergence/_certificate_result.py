"""What can be certified about a classifier, as numbers and as sentences."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from refgen.arrays import on_the_host


@on_the_host("plain numbers")
@dataclass(frozen=True)
class RiskCertificate:
    """Upper bounds on the error of classifiers trained on one data set.

    Each holds with probability 1 − δ over the data; all at once hold with less.

    Attributes
    ----------
    held_out_bound : float
        Of the classifier that was trained on the first part of the rows.
    held_out_error : float
        Its share of errors on the other part.
    pac_bayes_bound : float or None
        Of the randomized linear classifier: its error on average over its weights. None
        where there is none; `why_not` says why.
    deterministic_bound : float or None
        Of the linear classifier with the mean weights: twice `pac_bayes_bound`.
    gibbs_error : float or None
        Mean error of the randomized classifier on the second part.
    divergence : float or None
        Of its posterior from the prior, in nats.
    sharpness : float or None
        Length of the prior's mean, in standard deviations of a weight.
    share_of_all : float or None
        Where the posterior's mean is on the way from the weights learned on the first
        part (0) to those learned on all rows (1).
    why_not : str
        Why there is no PAC-Bayes bound; empty where there is one.
    delta : float
    n_prior, n_samples : int
        Rows of the first part, and of the second, on which bounds are measured.
    assumptions : tuple of str
        What the bounds rest on.
    """

    held_out_bound: float
    held_out_error: float
    pac_bayes_bound: float | None
    deterministic_bound: float | None
    gibbs_error: float | None
    divergence: float | None
    sharpness: float | None
    share_of_all: float | None
    why_not: str
    delta: float
    n_prior: int
    n_samples: int
    assumptions: tuple[str, ...]

    def rows(self) -> list[tuple[str, float]]:
        """Names and values of the bounds that there are.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.linear_model import LogisticRegression
        >>> from refgen.uniform_convergence import certify_risk
        >>> X = np.linspace(-1, 1, 400)[:, None]
        >>> found = certify_risk(LogisticRegression(), X, X[:, 0] > 0, random_state=0)
        >>> [name for name, value in found.rows() if value < 0.05]
        ['Held-out points', 'PAC-Bayes, weights drawn']
        """
        rows = [
            ("Held-out points", self.held_out_bound),
            ("PAC-Bayes, weights drawn", self.pac_bayes_bound),
            ("PAC-Bayes, mean weights", self.deterministic_bound),
        ]
        return [(name, value) for name, value in rows if value is not None]

    @property
    def vacuous(self) -> tuple[str, ...]:
        """Names of the bounds that are no better than a toss of a coin."""
        return tuple(name for name, value in self.rows() if value >= 0.5)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"assumptions": list(self.assumptions)}
