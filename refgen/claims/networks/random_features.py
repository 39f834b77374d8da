"""NN-8 to NN-11: only the output layer is trained, which is a convex problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.networks._dual import dual, loss_of
from refgen.claims.networks._training import (
    changed,
    trained,
    trained_together,
    with_architecture,
)
from refgen.claims.networks.domains import Problem, small_problems
from refgen.claims.registry import claim
from refgen.claims.sources import FORET, HARDT
from refgen.domains import integer, not_a, real, record

SCALE = 0.5
# A bound on the second derivative of each loss by the outputs, in any direction.
CURVATURES = {"squared": 1.0, "logistic": 0.25, "cross_entropy": 0.5}


@dataclass(frozen=True, repr=False)
class Run(Instance):
    """A problem, and how its output layer is trained.

    Attributes
    ----------
    problem : Problem of shape (...)
    relative_step : array of shape (...)
        The step in units of 1/β, where β bounds the curvature of the loss.
    momentum, decay, radius : arrays of shape (...)
    n_steps : int array of shape (...)
    """

    problem: Any
    relative_step: Any
    momentum: Any
    decay: Any
    radius: Any
    n_steps: Any


def _one(problem: Problem, *numbers: float) -> Run:
    return Run(problem, *(np.array(number) for number in numbers))


runs = record(
    lambda **fields: Run(**fields),
    "problems of numbers in [−1, 1], 0 to 6 steps of up to 1.9/β",
    outside=lambda case: not_a(Run, case),
    problem=small_problems,
    relative_step=real(0.1, 1.9),
    momentum=real(0.0, 0.9),
    decay=real(0.0, 1.0),
    radius=real(0.05, 1.0),
    n_steps=integer(1, 6),
    examples=lambda: [
        _one(problem, step, momentum, 0.25, 0.5, n)
        for problem in small_problems.examples()
        for step, momentum, n in ((1.0, 0.0, 3), (1.9, 0.5, 5))
    ],
)


ACTIVATIONS = ("linear", "relu", "exponential")


def _features(rg: Any, case: Run, activation: str) -> tuple[Any, Any]:
    """Networks with random features, and b times what neurons say, (batch, n, h)."""
    own = with_architecture(rg, case.problem.network, activation, 1.0, SCALE)
    return own, SCALE * own.hidden(case.problem.points)


def _curvature(features: Any, loss: str) -> Any:
    """β ≥ the largest eigenvalue of the loss's second derivative, without biases."""
    gram = features @ features.swapaxes(-1, -2) / features.shape[-2]
    length = namespace(gram).sqrt((gram * gram).sum(axis=(-2, -1)))
    return CURVATURES[loss] * (length + 1e-3)


LAST_LAYER = {"bias": False, "train_hidden": False}


def _last_layer(rg: Any, case: Run, start: Any, loss: str, **options: Any) -> Any:
    problem = case.problem
    return trained(
        rg, start, problem.points, problem.targets, loss, **LAST_LAYER, **options
    )


def _row(number: Any) -> Any:
    return number[:, None, None]


# --- NN-8


def _said(features: Any, start: Any, targets: Any, rule: Any, n_steps: Any) -> Any:
    """Outputs by their own recursion, with the kernel of the features, and its size."""
    xp = namespace(features)
    step, momentum, decay = rule
    kernel = features @ features.swapaxes(-1, -2) / features.shape[-2]
    said, speed, size = start, 0 * start, abs(start)
    for t in range(int(n_steps.max())):
        on = _row(t < n_steps)
        speed = momentum * speed + kernel @ (said - targets) + decay * said
        size = size + xp.where(on, step * abs(speed) + abs(kernel) @ abs(targets), 0.0)
        said = xp.where(on, said - step * speed, said)
    return said, size


@claim("NN-8", kind="identity", domain=runs, cost=1000, slow=True)
def outputs_descend_by_a_kernel(rg, case, momentum=1.0, decay=1.0):
    """Trained output weights: F follows v ← μv + K(F − Y)/n + λF, F ← F − ηv.

    K = b²ΦΦ⊤ is the kernel of the features Φ, n the number of points, the loss squared.
    """
    relations = []
    for activation in ACTIVATIONS:
        own, features = _features(rg, case, activation)
        step = case.relative_step / (_curvature(features, "squared") + case.decay)
        after = _last_layer(
            rg, case, own, "squared", step_size=step, n_epochs=case.n_steps,
            momentum=case.momentum, weight_decay=case.decay,
        ).networks  # fmt: skip
        shift = own.output_biases[..., None, :]
        start = own.outputs(case.problem.points) - shift
        rule = (
            _row(part) for part in (step, momentum * case.momentum, decay * case.decay)
        )
        said, size = _said(
            features, start, case.problem.targets - shift, tuple(rule), case.n_steps
        )
        size = (size + abs(shift)).sum(axis=(-2, -1), keepdims=True)
        relations.append(equal(after.outputs(case.problem.points) - shift, said, size))
    return relations


outputs_descend_by_a_kernel.twin("with 0.97 times the momentum", momentum=0.97)
outputs_descend_by_a_kernel.twin("with 0.97 times the decay", decay=0.97)


# --- NN-9


@claim(
    "NN-9",
    kind="identity",
    domain=runs,
    cost=1000,
    slow=True,
    source=FORET.sharpened("(2)"),
)
def sharpness_aware_step(rg, case, radius=1.0):
    """A step of SAM on a quadratic loss is −η(g + ρHg/‖g‖), H = b²Φ⊤Φ/n."""
    relations = []
    xp = namespace(case.radius)
    n = case.problem.targets.shape[-2]
    for activation in ACTIVATIONS:
        own, features = _features(rg, case, activation)
        start = own.output_weights
        after = _last_layer(
            rg, case, own, "squared", step_size=1.0, n_epochs=1, sam_radius=case.radius
        ).networks.output_weights
        off = own.outputs(case.problem.points) - case.problem.targets
        wide = abs(own.output_biases)[..., None, :] + case.problem.targets
        turned = features.swapaxes(-1, -2) / n
        gradient = turned @ off
        size = abs(turned) @ (wide + abs(features) @ abs(start))
        noise = 2.0**-50 * xp.sqrt((size * size).sum(axis=(-2, -1)))
        length = xp.sqrt((gradient * gradient).sum(axis=(-2, -1)))
        far = _row(radius * case.radius / xp.maximum(length, noise + 1e-300))
        hessian = turned @ features
        bend = far * (hessian @ gradient)
        # Where the gradient is small its direction is known as well as it is.
        scale = abs(start) + size + far * (abs(hessian) @ size)
        relations.append(equal(start - after, gradient + bend, scale))
    return relations


sharpness_aware_step.twin("the radius is 0.97 of it", radius=0.97)


# --- NN-10 and NN-11


def _mean_loss(rg: Any, networks: Any, case: Run, loss: str) -> Any:
    said = networks.outputs(case.problem.points)
    return loss_of(loss, dual(said, 0 * said), case.problem.targets).value.mean(axis=-1)


@claim("NN-10", kind="inequality", domain=runs, cost=1000, slow=True)
def descent(rg, case, half=0.5):
    """Output layer: L(θ₁) ≤ L(θ₀) − η(1 − ηβ/2)‖∇L‖², β = c‖ΦΦ⊤‖b²/n, for η > 0.

    c is 1 for the squared loss, ¼ for the logistic one, ½ for cross entropy.
    """
    relations = []
    for activation, loss in (
        ("relu", "squared"), ("tanh", "logistic"), ("exponential", "cross_entropy"),
    ):  # fmt: skip
        own, features = _features(rg, case, activation)
        beta = _curvature(features, loss)
        step = case.relative_step / beta
        trained_once = _last_layer(rg, case, own, loss, step_size=step, n_epochs=1)
        length = trained_once.distance_from_initialization() / step
        before = _mean_loss(rg, own, case, loss)
        after = _mean_loss(rg, trained_once.networks, case, loss)
        gain = step * length**2
        # Moved so that both sides are positive, and near where there is much to gain.
        relations.append(
            at_most(
                after - before + gain,
                half * case.relative_step * gain,
                after + before + 2 * gain,
                sharp=0.99 if loss == "squared" else False,
            )
        )
    return relations


descent.twin("with 0.48 in place of ½", half=0.48)


def _moved_layer(rg: Any, own: Any, direction: Any) -> Any:
    return changed(
        rg, own, output_weights=own.output_weights + direction.output_weights
    )


def _contracted(features: Any, step: Any, off: Any, n_steps: Any) -> Any:
    """(I − ηb²Φ⊤Φ/n)^t times a difference of output weights."""
    xp = namespace(features)
    for t in range(int(n_steps.max())):
        turned = features.swapaxes(-1, -2) @ (features @ off) / features.shape[-2]
        off = xp.where(_row(t < n_steps), off - _row(step) * turned, off)
    return off


@claim(
    "NN-11",
    kind="inequality",
    domain=runs,
    cost=1000,
    slow=True,
    source=HARDT.sharpened("lemma 3.7"),
)
def two_runs_stay_together(rg, case, share=1.0, longer=1.0):
    """Output layer: two runs from different weights do not part, if η ≤ 2/β.

    For the squared loss their difference is (I − ηb²Φ⊤Φ/n)^t of the first one.
    """
    relations = []
    for activation, loss in (
        ("relu", "squared"), ("tanh", "logistic"), ("exponential", "cross_entropy"),
    ):  # fmt: skip
        own, features = _features(rg, case, activation)
        other = _moved_layer(rg, own, case.problem.direction)
        step = case.relative_step / _curvature(features, loss)
        ends = trained_together(
            rg, [own, other], case.problem.points, case.problem.targets, loss,
            step_size=longer * step, n_epochs=case.n_steps, **LAST_LAYER,
        )  # fmt: skip
        first, last = own.distance(other), ends[0].distance(ends[1])
        sizes = abs(own.output_weights).sum(axis=(-2, -1)) + first
        sizes = sizes + case.n_steps * step
        relations.append(at_most(last, share * first, sizes, sharp=0.99))
        if loss == "squared":
            off = other.output_weights - own.output_weights
            after = ends[1].output_weights - ends[0].output_weights
            want = _contracted(features, step, off, case.n_steps)
            relations.append(equal(after, want, _row(sizes)))
    return relations


two_runs_stay_together.twin("they come nearer by 3 % at least", share=0.97)
two_runs_stay_together.twin("with steps of 1.03 η", longer=1.03)
