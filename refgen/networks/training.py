"""Many networks trained at once: by gradient descent, momentum, SAM, in epochs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen._checks import check_choice, check_integer
from refgen.arrays import as_floats, namespace
from refgen.kernels import kernel
from refgen.networks._architecture import loss_code, width_rule
from refgen.networks._packing import pack, unpack
from refgen.networks._targets import encoded
from refgen.networks.ensemble import Ensemble, Task
from refgen.networks.initialization import initial_networks
from refgen.networks.two_layer import TwoLayerNetworks

_train_epochs = kernel("networks", "train_epochs")


def train(
    X: Any,
    y: Any,
    stream: Any,
    *,
    n_members: int = 1,
    n_hidden: int = 64,
    activation: str = "relu",
    loss: str = "cross_entropy",
    scaling: str = "standard",
    initialization: str = "auto",
    initial: TwoLayerNetworks | None = None,
    bias: bool = True,
    train_hidden: bool = True,
    vary: str = "both",
    n_epochs: Any = 100,
    batch_size: Any = 32,
    shuffle: bool = True,
    step_size: Any = 0.1,
    momentum: Any = 0.0,
    weight_decay: Any = 0.0,
    sam_radius: Any = 0.0,
    stop_loss: Any = None,
    stop_margin: Any = None,
    stop_share: Any = 0.99,
    rows: Any = None,
    sample_weight: Any = None,
) -> Ensemble:
    """Train networks of two layers, each from its own random weights and shuffles.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
    y : array
        Class labels of shape (n_samples,), or (n_members, n_samples) for labels of each
        member's own; for the loss "squared", numbers of shape (n_samples,) or
        (n_samples, n_outputs), or with (n_members,) in front; probabilities in place of
        labels are floats of shape (n_samples, n_classes), or with (n_members,) in
        front.
    stream : Stream
        Member j is trained with the repetition `stream.replicate` + j, and has the same
        bits alone and among others.
    n_members : int
    n_hidden : int
        Neurons.
    activation, scaling, initialization
        As in `initial_networks`.
    loss : {"squared", "logistic", "cross_entropy"}
        ½ Σ (f − y)² over outputs; log(1 + e^−yf) of one output for two classes, or
        summed over one output a class; cross entropy of the softmax.
    initial : TwoLayerNetworks, optional
        What training starts from; drawn by default.
    bias : bool
        Whether neurons and outputs have biases.
    train_hidden : bool
        Whether the hidden layer is trained; if not, its neurons are random features.
    vary : {"both", "initialization", "order"}
        What differs between members: the other is that of the first member.
    n_epochs : int or array of shape (n_members,)
        At most so many.
    batch_size : int, None, or array of shape (n_members,)
        Rows of a step; None is all of them. The last batch of an epoch is what is left.
    shuffle : bool
        Whether rows are put in a new order in each epoch.
    step_size, momentum, weight_decay, sam_radius
        Numbers, or arrays of shape (n_members,). A step is −step_size · v with v = g +
        momentum · v, where g is the mean gradient of the batch plus weight_decay times
        the weights (not the biases). With a radius, g is taken where the loss is
        highest to first order within it (SAM, Foret et al. 2021).
    stop_loss, stop_margin : float or array of shape (n_members,), optional
        A member stops after an epoch with at most this mean loss, or with margins of at
        least this for a share `stop_share` of its rows.
    stop_share : float or array of shape (n_members,)
    rows : int array of shape (n_members, n), or list of n_members arrays, optional
        Rows that each member is trained on; all by default.
    sample_weight : array of shape (n_samples,), optional
        Factors of each row's loss; 1 by default.

    Returns
    -------
    Ensemble

    Raises
    ------
    TypeError, ValueError

    Examples
    --------
    >>> from refgen.random import Stream
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> three = train(X / 8, y, Stream(0), n_members=3, n_epochs=50)
    >>> bool((three.predict(X / 8) == y).mean() > 0.9)
    True
    """
    points = as_floats("X", X, 2)
    xp, (n, d) = namespace(points), points.shape
    members = check_integer("n_members", n_members, 1)
    check_choice("vary", vary, ("both", "initialization", "order"))
    code = loss_code(loss)
    targets, classes = encoded(y, loss, n)
    if initial is None:
        initial = initial_networks(
            stream,
            d,
            n_hidden,
            targets.shape[-1],
            n_members=1 if vary == "order" else members,
            activation=activation,
            scaling=scaling,
            initialization=initialization,
        )
    if vary == "order":
        initial = initial.map(lambda a: xp.concatenate([a] * members))
    theta = pack(initial)
    own_rows, counts = _rows(rows, n, members, xp)
    batch = n if batch_size is None else batch_size
    sets = xp.arange(members) if len(targets) > 1 else xp.zeros(members, dtype=int)
    plan = [counts, _each(batch, members, xp), _each(n_epochs, members, xp), sets * n]
    factors = list(width_rule(scaling, d, initial.n_hidden).steps)
    for i, used in enumerate((train_hidden, bias and train_hidden, True, bias)):
        factors[i] *= used
    steps = _each(step_size, members, xp, float)[:, None] * xp.asarray(factors)
    rules = _columns((momentum, weight_decay, sam_radius), members, xp)
    stops = _columns(
        (
            -np.inf if stop_loss is None else stop_loss,
            np.inf if stop_margin is None else stop_margin,
            stop_share,
        ),
        members,
        xp,
    )
    first = int(stream.replicate)
    replicates = xp.asarray(
        [first + (0 if vary == "initialization" else j) for j in range(members)],
        dtype=np.uint64,
    )
    _, *key = stream.child("order")._coordinates()
    weights = xp.ones(n) if sample_weight is None else as_floats("w", sample_weight, 1)
    status, epochs = (xp.zeros(members, dtype=np.int64) for _ in range(2))
    velocity = xp.zeros_like(theta)
    a = initial.architecture
    most = int(max(plan[2]))
    losses = _train_epochs(
        theta,
        velocity,
        status,
        epochs,
        points,
        targets.reshape(-1, targets.shape[-1]),
        weights,
        own_rows,
        xp.stack(plan, axis=1).astype(np.int64),
        steps,
        rules,
        stops,
        replicates,
        xp.asarray(key if shuffle else [], dtype=np.uint64),
        most,
        (*initial._sizes()[:5], a.code, code),
    )
    trained = TwoLayerNetworks.trusted(
        **unpack(theta, d, initial.n_hidden, initial.n_outputs), architecture=a
    )
    return Ensemble.trusted(
        networks=trained,
        initial=initial,
        loss_curves=losses,
        n_epochs=epochs,
        status=status,
        velocity=velocity,
        task=Task(loss, classes),
    )


def _each(value: Any, members: int, xp: Any, kind: Any = int) -> Any:
    return xp.broadcast_to(xp.asarray(value, dtype=kind), (members,)).copy()


def _columns(values: Sequence[Any], members: int, xp: Any) -> Any:
    return xp.stack([_each(v, members, xp, float) for v in values], axis=1)


def _rows(rows: Any, n: int, members: int, xp: Any) -> tuple[Any, Any]:
    if rows is None:
        return xp.arange(n)[None], _each(n, members, xp)
    counts = [len(own) for own in rows]
    filled = [[*map(int, own), *[0] * (max(counts) - len(own))] for own in rows]
    return xp.asarray(filled), xp.asarray(counts)
