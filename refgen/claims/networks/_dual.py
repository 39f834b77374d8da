"""Networks of dual numbers a + εa': values and derivatives along a direction.

Every sum goes with that of its absolute terms, which rounding is judged against.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.arrays import namespace
from refgen.claims.networks.domains import PARTS


@dataclass(frozen=True)
class Dual:
    """A value, its derivative, and sizes of both: sums of absolute terms."""

    value: Any
    slope: Any
    size: Any
    steep: Any

    def __add__(self, other: Dual) -> Dual:
        return Dual(
            self.value + other.value,
            self.slope + other.slope,
            self.size + other.size,
            self.steep + other.steep,
        )

    def __matmul__(self, other: Dual) -> Dual:
        return Dual(
            self.value @ other.value,
            self.slope @ other.value + self.value @ other.slope,
            self.size @ other.size,
            self.steep @ other.size + self.size @ other.steep,
        )

    def through(self, value: Any, slope: Any, lipschitz: Any, bend: Any) -> Dual:
        """A function of this number: its value and derivative there.

        `lipschitz` and `bend` bound the first and the second derivative nearby.
        """
        return Dual(
            value,
            slope * self.slope,
            abs(value) + lipschitz * self.size,
            lipschitz * self.steep + bend * self.size * abs(self.slope),
        )

    def __mul__(self, number: Any) -> Dual:
        return Dual(
            number * self.value,
            number * self.slope,
            abs(number) * self.size,
            abs(number) * self.steep,
        )


def dual(value: Any, slope: Any) -> Dual:
    """Inputs, which carry no rounding but that of being added."""
    return Dual(value, slope, abs(value), abs(slope))


def activated(name: str, inputs: Dual) -> Dual:
    """σ of dual numbers."""
    xp, z = namespace(inputs.value), inputs.value
    if name == "relu":
        return inputs.through(xp.maximum(z, 0.0), 1.0 * (z > 0), 1.0, 0.0)
    if name == "tanh":
        return inputs.through(xp.tanh(z), 1 / xp.cosh(z) ** 2, 1.0, 1.0)
    if name == "exponential":
        return inputs.through(xp.exp(z), xp.exp(z), xp.exp(z), xp.exp(z))
    return inputs


def loss_of(name: str, outputs: Dual, targets: Any) -> Dual:
    """The loss of each row."""
    xp, f = namespace(outputs.value), outputs.value
    if name == "squared":
        off = f - targets
        each = outputs.through(off**2 / 2, off, abs(f) + targets, 1.0)
    elif name == "logistic":
        # y log(1 + e^−f) + (1 − y) log(1 + e^f), whose slope is σ(f) − y.
        value = targets * _softplus(-f) + (1 - targets) * _softplus(f)
        each = outputs.through(value, (1 + xp.tanh(f / 2)) / 2 - targets, 1.0, 0.25)
    else:
        top = f.max(axis=-1, keepdims=True)
        total = xp.log(xp.exp(f - top).sum(axis=-1, keepdims=True)) + top
        value, slope = targets * (total - f), xp.exp(f - total) - targets
        each = outputs.through(value, slope, 1.0, 1.0)
    return Dual(*(part.sum(axis=-1) for part in vars(each).values()))


def _softplus(z: Any) -> Any:
    """log(1 + eᶻ)."""
    xp = namespace(z)
    return xp.maximum(z, 0.0) + xp.log1p(xp.exp(-abs(z)))


def evaluated(
    architecture: Any, network: Any, direction: Any, points: Any
) -> tuple[Dual, Dual]:
    """What neurons say, and f, of θ + εδ at points, which are fixed."""
    parts = [dual(getattr(network, name), getattr(direction, name)) for name in PARTS]
    u, biases, v, shifts = parts
    a, b = architecture.hidden_scale, architecture.output_scale
    inputs = (dual(points, 0 * points) @ u) * a + _row(biases)
    neurons = activated(architecture.activation, inputs)
    return neurons, (neurons @ v) * b + _row(shifts)


def _row(vector: Dual) -> Dual:
    return Dual(*(part[..., None, :] for part in vars(vector).values()))
