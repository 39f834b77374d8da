"""How many and how large weights are, and how far apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refgen._finite import finite, watched
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen._objects import check_instance
from refgen.arrays import Instance, namespace
from refgen.networks._architecture import Architecture
from refgen.networks._norms import LayerNorms, frobenius_norm, length, spectral_norm

if TYPE_CHECKING:
    from typing import Self

# The arrays of a network, each with the number of its own axes.
FIELDS = {
    "hidden_weights": 2,
    "hidden_biases": 1,
    "output_weights": 2,
    "output_biases": 1,
}


class Measured(Instance):
    """Base of networks of two layers: sizes, norms, differences and distances."""

    hidden_weights: Any
    hidden_biases: Any
    output_weights: Any
    output_biases: Any
    architecture: Architecture

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Leading axes: those of the networks."""
        return tuple(self.output_biases.shape[:-1])

    @property
    def n_features(self) -> int:
        """d, the number of inputs."""
        return int(self.hidden_weights.shape[-2])

    @property
    def n_hidden(self) -> int:
        """h, the number of neurons."""
        return int(self.hidden_weights.shape[-1])

    @property
    def n_outputs(self) -> int:
        """k, the number of outputs."""
        return int(self.output_biases.shape[-1])

    @finite
    def distance(self, other: Self) -> Any:
        """‖θ − θ′‖₂ to other networks of the same shape, with biases.

        Parameters
        ----------
        other : TwoLayerNetworks
            Leading axes broadcast.

        Returns
        -------
        array of shape (...)

        Raises
        ------
        TypeError, ValueError
            If `other` is no such network, or has another shape or other scales.

        Examples
        --------
        >>> from refgen.networks import TwoLayerNetworks
        >>> one = TwoLayerNetworks([[1.0]], [0.0], [[2.0]], [1.0])
        >>> float(one.distance(TwoLayerNetworks([[4.0]], [0.0], [[2.0]], [5.0])))
        5.0
        """
        off, xp = self.minus(other), namespace(self.hidden_weights)
        parts = [
            frobenius_norm(off.hidden_weights),
            length(off.hidden_biases),
            frobenius_norm(off.output_weights),
            length(off.output_biases),
        ]
        return length(xp.stack(parts, axis=-1))

    @watched
    def minus(self, other: Self) -> Self:
        """Networks whose weights and biases are the differences.

        Parameters
        ----------
        other : TwoLayerNetworks
            Leading axes broadcast.

        Raises
        ------
        TypeError, ValueError
            If `other` is no such network, or has another shape or other scales.

        Examples
        --------
        >>> from refgen.networks import TwoLayerNetworks
        >>> one = TwoLayerNetworks([[1.0]], [0.0], [[2.0]], [1.0])
        >>> one.minus(one).output_weights.tolist()
        [[0.0]]
        """
        check_instance("other", other, type(self))
        if other._sizes() != self._sizes():
            raise ValueError(
                f"other has another shape or architecture: {other._described()}, and "
                f"these networks have {self._described()}"
            )
        pairs = {
            name: in_one_place(**{"networks": getattr(self, name),
                                  "other": getattr(other, name)})
            for name in FIELDS
        }  # fmt: skip
        batch_shape(networks=self.batch_shape, other=other.batch_shape)
        fields = {name: own - its for name, (own, its) in pairs.items()}
        return type(self).trusted(**fields, architecture=self.architecture)

    @finite
    def frobenius_norms(self) -> LayerNorms:
        """‖U‖_F and ‖V‖_F of the weights as they are, without scales and biases.

        Returns
        -------
        LayerNorms of arrays of shape (...)
            `hidden` and `output`.

        Examples
        --------
        >>> from refgen.networks import TwoLayerNetworks
        >>> one = TwoLayerNetworks([[3.0, 4.0]], [0.0, 0.0], [[1.0], [0.0]], [0.0])
        >>> [float(norm) for norm in one.frobenius_norms()]
        [5.0, 1.0]
        """
        return LayerNorms(
            frobenius_norm(self.hidden_weights), frobenius_norm(self.output_weights)
        )

    @finite
    def spectral_norms(self) -> LayerNorms:
        """‖U‖₂ and ‖V‖₂, largest singular values, without scales and biases.

        Returns
        -------
        LayerNorms of arrays of shape (...)
            `hidden` and `output`.

        Examples
        --------
        >>> from refgen.networks import TwoLayerNetworks
        >>> one = TwoLayerNetworks([[3.0, 4.0]], [0.0, 0.0], [[1.0], [0.0]], [0.0])
        >>> [round(float(norm), 12) for norm in one.spectral_norms()]
        [5.0, 1.0]
        """
        return LayerNorms(
            spectral_norm(self.hidden_weights), spectral_norm(self.output_weights)
        )

    @watched
    def without_scales(self) -> Self:
        """The same functions with weights aU and bV, and scales of 1.

        Norms of these weights are what bounds on functions ask for.

        Examples
        --------
        >>> from refgen.networks import Architecture
        >>> half = Architecture("relu", 1.0, 0.5)
        >>> from refgen.networks import TwoLayerNetworks
        >>> one = TwoLayerNetworks([[1.0]], [0.0], [[4.0]], [1.0], half)
        >>> one.without_scales().output_weights.tolist()
        [[2.0]]
        """
        a = self.architecture
        return type(self).trusted(
            hidden_weights=a.hidden_scale * self.hidden_weights,
            hidden_biases=self.hidden_biases,
            output_weights=a.output_scale * self.output_weights,
            output_biases=self.output_biases,
            architecture=Architecture(a.activation),
        )

    def _described(self) -> str:
        sizes = self.n_features, self.n_hidden, self.n_outputs
        return f"{'–'.join(map(str, sizes))} with {self.architecture}"

    def _sizes(self) -> tuple:
        """What kernels know of the networks."""
        a = self.architecture
        scales = a.hidden_scale, a.output_scale
        return (self.n_features, self.n_hidden, self.n_outputs, *scales, a.code)
