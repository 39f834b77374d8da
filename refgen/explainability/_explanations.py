"""Local linear explanations of rows: numbers, how sure they are, other formats."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import numpy as np

from refgen._checks import check_integer, check_open_unit
from refgen.arrays import as_floats, namespace, package_of


class LocalExplanations(NamedTuple):
    """Affine functions g(x′) = value + coefficients·(x′ − x), one for each row x.

    What `LocalLinearExplainer.explain` returns.

    Attributes
    ----------
    points : array of shape (n_rows, n_features)
        The rows x, of which columns that hold no numbers are left out.
    scales : array of shape (n_features,)
        s of each feature: how far neighbours are.
    predictions : array of shape (n_rows,)
        f(x), the output that is explained.
    values : array of shape (n_rows,)
        g(x), which is the mean of f over the neighbours, up to draws.
    value_errors : array of shape (n_rows,)
        Standard errors of `values`.
    coefficients : array of shape (n_rows, n_features)
        Per unit of each feature.
    standard_errors : array of shape (n_rows, n_features)
        Of the coefficients, by the jackknife over draws, or over reference rows; 0
        where a coefficient is set to 0, or is exact.
    fidelity : array of shape (n_rows,)
        The mean square error of g over neighbours, in which each is left out of the fit
        that it is compared with: 0 is best. The mean over rows estimates the
        neighborhood fidelity; after ``fidelity="mnf"`` the mirrored one, at the sources
        that the rows are.
    fidelity_errors : array of shape (n_rows,)
        Standard errors of the fidelity.
    gaps : array of shape (n_rows, n_gaps)
        |coefficient|·s of each of the strongest ten features less that of the next.
    gap_errors : array of shape (n_rows, n_gaps)
        Standard errors of the gaps.
    n_effective : array of shape (n_rows,)
        How many values count: those drawn, or 1/Σw² of the weights of reference rows;
        0 for exact explanations.
    degrees : array of shape (n_rows,)
        Degrees of freedom of the intervals; infinity for exact explanations.
    outputs : integer array of shape (n_rows,)
        Which output of the model is explained.
    feature_names : tuple
        Labels of a data frame's columns, or x0, x1, …

    Examples
    --------
    >>> from refgen.explainability import LocalLinearExplainer
    >>> explainer = LocalLinearExplainer(lambda X: X[:, 0] - 2 * X[:, 1], scale=1.0)
    >>> found = explainer.explain([[0.5, 0.5]])
    >>> found.coefficients.round(9).tolist(), found.feature_names
    ([[1.0, -2.0]], ('x0', 'x1'))
    """

    points: Any
    scales: Any
    predictions: Any
    values: Any
    value_errors: Any
    coefficients: Any
    standard_errors: Any
    fidelity: Any
    fidelity_errors: Any
    gaps: Any
    gap_errors: Any
    n_effective: Any
    degrees: Any
    outputs: Any
    feature_names: tuple

    def __repr__(self) -> str:
        n, d = self.points.shape
        least, most = float(self.fidelity.min()), float(self.fidelity.max())
        return (
            f"<LocalExplanations of {n} row(s) by {d} feature(s), fidelity "
            f"{least:.3g} to {most:.3g}; as_frame() lists them>"
        )

    @property
    def intercepts(self) -> Any:
        """g(0), of shape (n_rows,): the constant when g is written in x′."""
        return self.values - (self.coefficients * self.points).sum(axis=1)

    @property
    def effects(self) -> Any:
        """What a step of s in each feature changes, of shape (n_rows, n_features)."""
        return self.coefficients * self.scales

    def interval(self, confidence_level: float = 0.95) -> tuple[Any, Any]:
        """Ends of an interval for each coefficient, of the shape of the coefficients.

        About what infinitely many draws would give, with the same penalty.

        Parameters
        ----------
        confidence_level : float
            In (0, 1), for each coefficient by itself.

        Raises
        ------
        TypeError, ValueError
            If the level is not in (0, 1).

        Examples
        --------
        >>> from refgen.explainability import LocalLinearExplainer
        >>> explainer = LocalLinearExplainer(lambda X: X[:, 0] ** 3, scale=1.0)
        >>> low, high = explainer.explain([[0.0]]).interval()
        >>> bool(low[0, 0] < 3 < high[0, 0])
        True
        """
        reach = self._quantiles(confidence_level)[:, None] * self.standard_errors
        return self.coefficients - reach, self.coefficients + reach

    def ranking(self) -> Any:
        """Numbers of features from the largest |effect| on, of shape (n_rows, d).

        Examples
        --------
        >>> from refgen.explainability import LocalLinearExplainer
        >>> explainer = LocalLinearExplainer(lambda X: X[:, 0] - 2 * X[:, 1], scale=1.0)
        >>> explainer.explain([[0.5, 0.5]]).ranking().tolist()
        [[1, 0]]
        """
        return namespace(self.effects).argsort(-abs(self.effects), axis=1)

    def draws_to_settle(
        self, n_top: int | None = None, confidence_level: float = 0.95
    ) -> Any:
        """How many draws in all would settle which features are the strongest.

        The order is settled when the interval of each of the first gaps between
        consecutive |effect|s is above 0.

        Parameters
        ----------
        n_top : int, optional
            How many features to name in order; by default ten, or all of fewer.
        confidence_level : float
            In (0, 1), for each gap by itself.

        Returns
        -------
        array of shape (n_rows,)
            An estimate, rounded up; where the order is settled, at most the number of
            draws, or effective number of reference rows. Infinity where effects are
            equal.

        Raises
        ------
        TypeError, ValueError
            If the level is not in (0, 1), or `n_top` out of range.

        Examples
        --------
        >>> import numpy as np
        >>> from refgen.explainability import LocalLinearExplainer
        >>> model = lambda X: np.abs(X[:, 0]) + 0.02 * X[:, 1]
        >>> explainer = LocalLinearExplainer(model, scale=1.0, n_samples=500)
        >>> found = explainer.explain([[0.0, 0.0], [5.0, 0.0]])
        >>> (found.draws_to_settle() > 500).tolist()
        [True, False]
        """
        n_gaps = self.gaps.shape[1]
        most = check_integer("n_top", n_gaps if n_top is None else n_top, 0, n_gaps)
        xp, gaps = namespace(self.gaps), self.gaps[:, :most]
        reach = self._quantiles(confidence_level)[:, None] * self.gap_errors[:, :most]
        apart = gaps > 0
        ratios = xp.where(apart, reach / xp.where(apart, gaps, 1.0), 0.0)
        worst = (ratios * ratios).max(axis=1, initial=0.0)
        return xp.where(apart.all(axis=1), xp.ceil(self.n_effective * worst), xp.inf)

    def to_shap(self, baseline: Any = None) -> Any:
        """A `shap.Explanation`, which the plots of the package shap accept.

        Its values are coefficients·(x − baseline), and its base values what each
        explanation says of the baseline, so that they add up to `values`. For a linear
        model with the mean of its training data as the baseline they are its Shapley
        values. For others the explanation is asked far from its row: they say what the
        local slope would amount to on the way from the baseline.

        Parameters
        ----------
        baseline : array of shape (n_features,), optional
            By default the mean of the rows. A pandas Series with the names of the
            features is matched by name.

        Raises
        ------
        ImportError
            If shap is missing.
        ValueError
            If the baseline has another shape.
        """
        shap = _package("shap", "to_shap")
        found = self._on_the_host()
        points = found.points
        start = points.mean(axis=0)
        if baseline is not None:
            names = self.feature_names
            if hasattr(baseline, "iloc") and set(names) <= set(baseline.index):
                baseline = [baseline[name] for name in names]
            start = as_floats("baseline", baseline, 1)
        if start.shape != points.shape[1:]:
            raise ValueError(
                f"baseline has shape {start.shape}, and must have one number for each "
                f"of the {points.shape[1]} features"
            )
        parts = found.coefficients * (points - start)
        return shap.Explanation(
            values=parts,
            base_values=found.values - parts.sum(axis=1),
            data=points,
            feature_names=[str(name) for name in self.feature_names],
        )

    def as_frame(self, confidence_level: float = 0.95) -> Any:
        """A pandas data frame: a line for each row and feature, the strongest first.

        Parameters
        ----------
        confidence_level : float
            In (0, 1), of ``low`` and ``high``.

        Returns
        -------
        pandas.DataFrame
            Columns row, output (which one is explained), feature, at (where the row
            is), coefficient, standard_error, low, high, effect (of a step of s) and
            rank (from 1 on).

        Raises
        ------
        ImportError
            If pandas is missing.
        TypeError, ValueError
            If the level is not in (0, 1).

        Examples
        --------
        >>> from refgen.explainability import LocalLinearExplainer
        >>> explainer = LocalLinearExplainer(lambda X: X[:, 0] - 2 * X[:, 1], scale=1.0)
        >>> frame = explainer.explain([[0.5, 0.5]]).as_frame()
        >>> frame[["feature", "rank"]].values.tolist()
        [['x1', 1], ['x0', 2]]
        """
        pd = _package("pandas", "as_frame")
        found = self._on_the_host()
        low, high = found.interval(confidence_level)
        n, d = found.points.shape
        order = found.ranking()
        columns = {
            "at": found.points,
            "coefficient": found.coefficients,
            "standard_error": found.standard_errors,
            "low": low,
            "high": high,
            "effect": found.effects,
        }
        names = np.empty(d, dtype=object)
        names[:] = self.feature_names
        return pd.DataFrame(
            {
                "row": np.repeat(np.arange(n), d),
                "output": np.repeat(found.outputs, d),
                "feature": names[order].ravel(),
                **{
                    name: np.take_along_axis(values, order, axis=1).ravel()
                    for name, values in columns.items()
                },
                "rank": np.tile(np.arange(1, d + 1), n),
            }
        )

    def _on_the_host(self) -> LocalExplanations:
        """The same for packages that work there."""
        to_host = importlib.import_module(f"{package_of(self.values)}.arrays").to_host
        return LocalExplanations(*map(to_host, self[:-1]), self.feature_names)  # type: ignore[call-arg]

    def _quantiles(self, confidence_level: float) -> Any:
        """Of Student's t law, of shape (n_rows,)."""
        from scipy.special import stdtrit

        level = check_open_unit("confidence_level", confidence_level)
        # Beyond this the law is normal to all digits.
        degrees = [min(float(k), 1e12) for k in self.degrees.tolist()]
        # By the lower tail, as (1 + level) / 2 rounds to 1 where the level is near it.
        known = {k: -float(stdtrit(k, (1 - level) / 2)) for k in set(degrees)}
        return namespace(self.degrees).asarray([known[k] for k in degrees])


def _package(name: str, asking: str) -> Any:
    """A package that refgen does not need otherwise."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"{asking} needs the package {name}; pip install {name}"
        raise ImportError(message) from error
