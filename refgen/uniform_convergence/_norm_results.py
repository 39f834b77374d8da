"""What bounds by norms of weights come to, with all that they are made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from refgen.arrays import on_the_host


@on_the_host("plain numbers")
@dataclass(frozen=True)
class LayerNorms:
    """Norms of one layer of weights, and of how far they moved.

    Attributes
    ----------
    n_inputs, n_outputs : int
    spectral, frobenius : float
        Of the weights.
    initial_spectral : float
        Of the weights from which distances are measured.
    distance : float
        Frobenius norm of the difference from these.
    output_distance, input_distance : float
        Its (2,1) norms: lengths of the difference for each output unit, summed; and for
        each input unit.
    """

    n_inputs: int
    n_outputs: int
    spectral: float
    frobenius: float
    initial_spectral: float
    distance: float
    output_distance: float
    input_distance: float


@on_the_host("plain numbers")
@dataclass(frozen=True)
class NormBound:
    """One bound on how much larger the test error is than the training error.

    Attributes
    ----------
    name : str
    value : float
        The product of all `factors`: the leading term of the bound, without what
        `left_out` names. Infinite if no training margin supports it.
    factors : dict of float
    left_out : str
        Factors and terms of the theorem that are not in `value`.
    """

    name: str
    value: float
    factors: dict[str, float]
    left_out: str

    @property
    def vacuous(self) -> bool:
        """Whether the value is 1 or more, which any error is below.

        A value below 1 certifies nothing either, as factors are left out.
        """
        return self.value >= 1


@on_the_host("plain numbers")
@dataclass(frozen=True)
class NormBounds:
    """Bounds by norms of a network's weights, as `norm_bounds` finds them.

    Attributes
    ----------
    bounds : tuple of NormBound
    form : str
        Which published form the bounds are in.
    n_samples : int
    margin : float
        γ.
    margin_error : float
        Share of the training points whose margin is less, to which a bound adds.
    training_error : float
        Share of the training points whose margin is 0 or less.
    input_norm : float
        B, the length of the longest input; 1 in the form "notebook".
    distance : float
        Euclidean distance of all weights from where distances are measured from.
    layers : tuple of LayerNorms
    reference : str
        What distances are measured from.
    biases : str
        How biases enter.
    remarks : tuple of str
        What the numbers do not say themselves.
    """

    bounds: tuple[NormBound, ...]
    form: str
    n_samples: int
    margin: float
    margin_error: float
    training_error: float
    input_norm: float
    distance: float
    layers: tuple[LayerNorms, ...]
    reference: str
    biases: str
    remarks: tuple[str, ...]

    def __getitem__(self, name: str) -> NormBound:
        """The bound of a name."""
        for bound in self.bounds:
            if bound.name == name:
                return bound
        known = ", ".join(repr(bound.name) for bound in self.bounds)
        raise KeyError(f"no bound is called {name!r}; there are {known}")

    def __str__(self) -> str:
        width = max(len(bound.name) for bound in self.bounds)
        lines = [f"{'bound':{width}}  {'value':>10}  factors"]
        for bound in self.bounds:
            parts = (f"{name} {value:.4g}" for name, value in bound.factors.items())
            value = f"{bound.value:10.4g}{' (vacuous)' if bound.vacuous else ''}"
            lines.append(f"{bound.name:{width}}  {value}  {' · '.join(parts)}")
        return "\n".join((*lines, *self.remarks))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON.

        Examples
        --------
        >>> from refgen.uniform_convergence import norm_bounds
        >>> found = norm_bounds([[[1.0], [0.0]]], [[2.0, 0.0]], [1])
        >>> found.to_dict()["margin"]
        2.0
        """
        plain = asdict(self)
        for row, bound in zip(plain["bounds"], self.bounds, strict=True):
            row["vacuous"] = bound.vacuous
        return plain
