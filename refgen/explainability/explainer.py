"""Local linear explanations of any model, of all rows at once."""

from __future__ import annotations

from typing import Any

from sklearn.utils import check_random_state

from refgen._checks import check_choice, check_integer, check_not_negative
from refgen._estimators.parameters import check_flag
from refgen._naming import check_seed
from refgen._numbers import as_not_negative
from refgen._scales import check_scale
from refgen.explainability._drawn_explanations import MOST_DRAWS, drawn_statistics
from refgen.explainability._exact_explanations import ExactModel, exact_statistics
from refgen.explainability._explained_model import ExplainedModel
from refgen.explainability._explained_rows import ExplainedRows, check_same_columns
from refgen.explainability._explanations import LocalExplanations
from refgen.explainability._mirrored_explanations import mirrored_statistics
from refgen.explainability._question import Question
from refgen.random import Stream

# Of fits to rows of data, whose number near a point nobody chooses.
_MIRRORED_PENALTY = 1e-3


class LocalLinearExplainer:
    """Explain predictions by linear models around them, and say how sure these are.

    Around a row x the model f is compared with g(x′) = value + coefficients·(x′ − x),
    the affine function with the least mean square error over the neighbours x′ of x.
    It has the same neighbours, up to the shift by x, around every row: equal rows have
    equal explanations, and rows can be compared.

    Parameters
    ----------
    model : fitted estimator of scikit-learn, or callable
        Of classifiers the probabilities are explained, or else the decision function;
        of anything else with ``predict`` its predictions. A callable gets points of
        shape (n_points, n_features), or a data frame if X is one, and returns a number,
        or a row of numbers, for each.
    scale : float, array of shape (n_features,), or "auto"
        s of neighbours N(x, s²I), or an s for each feature, such as
        ``0.5 * X.std(axis=0)``; a pandas Series is matched by name with the columns of
        a frame. A feature with s = 0 is left as it is, and has the
        coefficient 0; so do that with integer codes of categories. "auto" takes the
        standard deviations of `reference` (or else of X) times the factor for which
        explanations from rows, left out one at a time, are best (`best_scale`).
    n_samples : int
        How many neighbours are drawn: at least two more than there are features, unless
        there is a penalty.
    fidelity : {"nf", "mnf"}
        What error is the least. "nf" is the neighborhood fidelity, E (g_x(x′) − f(x′))²
        over neighbours that are drawn. "mnf" is the mirrored one, E (g_x′(x) − f(x))²,
        where x are rows of `reference`, each weighted by how likely it has x′ for a
        neighbour; nothing is drawn. Both are errors: 0 is best.
    n_features : int, optional
        Keep so many features, those with the largest |coefficient|·s, and set the other
        coefficients to 0. By default all are kept.
    penalty : float, optional
        λ ≥ 0: λ Σ (s·coefficient)² is added to the mean square error. By default 0, and
        0.001 for "mnf", where few rows may be near.
    output : int, optional
        Number of the output to explain. By default the only one, the probability or
        score of the second of two classes, or the one that is the largest at the row
        itself if there are more; give it for "auto" and `exact` then, which are about
        one output.
    reference : array or data frame of shape (n_reference, n_features), optional
        Rows of data, for "mnf" and "auto". By default those that are explained.
    exact : bool
        Compute explanations of a ReLU network of scikit-learn or `refgen.networks`
        without draws, as `exact_local_fit`. Of a classifier this explains the logit.
    random_state : int, RandomState instance or None
        Of the draws; None draws others for every call.

    Raises
    ------
    TypeError, ValueError
        If the model cannot be asked, or an option is out of range.

    Notes
    -----
    Columns of a data frame that hold text, categories, flags or times stay as they are
    at the row, and have no coefficient; so do numbers in a column of the type object.
    X must have no missing numbers.

    Standard errors and intervals are about the draws, or the reference rows, and not
    about the model's training. They are those of the jackknife, as the classical ones
    are too small where f is curved: by √5 for a quadratic f of one feature. Source:
    derived here, claims LE-61 and LE-62c; ``benchmarks/explanations.py`` measures the
    coverage, 92.6 to 97.8 % for intervals of 95 %. They are too short where very few
    neighbours have another output than the row.

    Memory is bounded: 16 MB of neighbours are handed to the model at once.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.ensemble import RandomForestRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = RandomForestRegressor(10, random_state=0).fit(X, y)
    >>> explainer = LocalLinearExplainer(model, scale=0.5 * X.std(axis=0))
    >>> found = explainer.explain(X[:2])
    >>> found.coefficients.shape, found.ranking()[0, :2].tolist()
    ((2, 10), [2, 3])
    """

    # Where numbers are: refgen_gpu has others.
    _stream: type = Stream
    _models: tuple[type, type] = (ExplainedModel, ExactModel)

    def __init__(
        self,
        model: Any,
        *,
        scale: Any,
        n_samples: int = 1000,
        fidelity: str = "nf",
        n_features: int | None = None,
        penalty: float | None = None,
        output: int | None = None,
        reference: Any = None,
        exact: bool = False,
        random_state: Any = 0,
    ) -> None:
        self.model = model
        self.scale = scale
        # Of a pandas Series: numbers for features by their names.
        self._labels = tuple(scale.index) if hasattr(scale, "iloc") else None
        if isinstance(scale, str):
            check_choice("scale", scale, ("auto",), " or numbers")
        else:
            self.scale = check_scale("scale", as_not_negative("scale", scale))
        self.n_samples = check_integer("n_samples", n_samples, 2, MOST_DRAWS)
        self.fidelity = check_choice("fidelity", fidelity, ("nf", "mnf"))
        self.n_features = n_features
        if n_features is not None:
            self.n_features = check_integer("n_features", n_features, 1)
        check_flag("exact", exact)
        if exact and (fidelity, penalty) != ("nf", None):
            raise ValueError(
                "exact explanations have the fidelity 'nf' and no penalty; leave those "
                "options out"
            )
        self.exact = bool(exact)
        default = _MIRRORED_PENALTY if fidelity == "mnf" else 0.0
        given = default if penalty is None else penalty
        self.penalty = check_not_negative("penalty", given)
        self.output = output
        self.reference = reference
        self._data = None
        if reference is not None:
            self._data = ExplainedRows(reference, "reference")
        self.random_state = check_seed(random_state)
        self._asked = self._models[self.exact](model, output)

    def explain(self, X: Any) -> LocalExplanations:
        """Explain the predictions for all rows.

        Parameters
        ----------
        X : array or data frame of shape (n_rows, n_features)

        Returns
        -------
        LocalExplanations

        Raises
        ------
        TypeError
            If X holds no numbers.
        ValueError
            If X or what the model returns has the wrong shape, or holds NaN or
            infinity; a scale does not fit X; or there are too few draws.

        Examples
        --------
        >>> explainer = LocalLinearExplainer(lambda X: X[:, 0] ** 2, scale=0.1)
        >>> found = explainer.explain([[3.0, 7.0]])
        >>> found.coefficients.round(1).tolist()
        [[6.0, 0.0]]
        """
        moves = self._place, self._hand
        if self.reference is not None:
            check_same_columns(X, self.reference, "reference")
        scale = self.scale, self._labels
        question = Question.of(X, self._asked, *scale, self._data, *moves)
        self._check_features(question)
        if self.exact:
            found = exact_statistics(question, self.n_features)
        elif self.fidelity == "mnf":
            found = mirrored_statistics(
                question, self._data, self.penalty, self.n_features
            )
        else:
            shape = self.n_samples, self.penalty, self.n_features
            found = drawn_statistics(question, self._new_stream(), *shape)
        return question.explanations(found)

    def _check_features(self, question: Question) -> None:
        n_moved = len(question.moved)
        if self.n_features is not None and self.n_features > n_moved:
            raise ValueError(
                f"n_features={self.n_features} is more than the {n_moved} features of "
                "X that have a scale above 0"
            )
        drawn = self.fidelity == "nf" and not self.exact
        if drawn and not self.penalty and self.n_samples < n_moved + 2:
            raise ValueError(
                f"n_samples={self.n_samples} is too few for {n_moved} features: it "
                f"takes {n_moved + 2}, and ten times that for short intervals; or set "
                "penalty > 0"
            )

    def _place(self, array: Any) -> Any:
        """An array where numbers are computed."""
        return array

    def _hand(self, points: Any) -> Any:
        """Points where the model takes them."""
        return points

    def _new_stream(self) -> Any:
        draw = check_random_state(self.random_state).randint
        return self._stream(int(draw(2**31 - 1)), "LocalLinearExplainer")
