"""Trained networks, and what can be asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.arrays import Fixed, Instance, namespace
from refgen.networks.two_layer import TwoLayerNetworks

OUTCOMES = ("epochs", "loss", "margin", "diverged")


@dataclass(frozen=True)
class Task(Fixed):
    """What networks were trained for: a loss, and the classes, if there are any."""

    loss: str
    classes: Any = None


@dataclass(frozen=True, repr=False)
class Ensemble(Instance):
    """Networks that were trained together.

    Attributes
    ----------
    networks, initial : TwoLayerNetworks of shape (n_members,)
        After and before training.
    losses : array of shape (n_members, n_epochs)
        Mean loss in each epoch, of each row before the step that saw it; NaN after a
        member stopped.
    n_epochs : int array of shape (n_members,)
    status : int array of shape (n_members,)
    velocity : array
    task : Task
    """

    networks: TwoLayerNetworks
    initial: TwoLayerNetworks
    losses: Any
    n_epochs: Any
    status: Any
    velocity: Any
    task: Task

    @property
    def outcomes(self) -> list[str]:
        """What ended each member's training."""
        return [OUTCOMES[int(i)] for i in self.status]

    def outputs(self, X: Any) -> Any:
        """f at points."""
        return self.networks.outputs(X)

    def predict(self, X: Any) -> Any:
        """Classes, or numbers for the squared loss, of shape (n_members, n_points)."""
        outputs, classes = self.outputs(X), self.task.classes
        if classes is None:
            return outputs[..., 0] if outputs.shape[-1] == 1 else outputs
        if outputs.shape[-1] == 1:
            return classes[(outputs[..., 0] > 0).astype(int)]
        return classes[outputs.argmax(axis=-1)]

    def distance_from_initialization(self) -> Any:
        """‖θ − θ₀‖₂ of each member."""
        xp = namespace(self.losses)
        total = 0.0
        for name in ("hidden_weights", "hidden_biases", "output_weights",
                     "output_biases"):  # fmt: skip
            off = getattr(self.networks, name) - getattr(self.initial, name)
            total = total + (off * off).reshape(len(off), -1).sum(axis=1)
        return xp.sqrt(total)
