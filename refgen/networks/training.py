"""Many networks trained at once: by gradient descent, momentum, SAM, in epochs."""

from __future__ import annotations

import inspect
from itertools import pairwise
from typing import Any

from refgen._checks import check_integer
from refgen._shown import shown
from refgen.arrays import keeps_lists
from refgen.networks._session import Session
from refgen.networks.ensemble import Ensemble
from refgen.networks.two_layer import TwoLayerNetworks


@keeps_lists("rows")
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
    classes: Any = None,
    resume: Ensemble | None = None,
    checkpoint: Any = None,
    verbose: bool = False,
) -> Ensemble:
    """Train networks of two layers, each from its own random weights and shuffles.

    Parameters
    ----------
    X : array of shape (n_samples, n_features), or (n_members, n_samples, n_features)
        Points, or points of each member's own. Steps expect columns with a root mean
        square of about 1.
    y : array
        Class labels of shape (n_samples,), or (n_members, n_samples) for labels of each
        member's own; for the loss "squared", numbers of shape (n_samples,) or
        (n_samples, n_outputs), or with (n_members,) in front; probabilities in place of
        labels are floats of shape (n_samples, n_classes), or with (n_members,) in
        front.
    stream : Stream
        Member j is trained with the repetition `stream.replicate` + j, and has the same
        bits alone and among others. On the device of X, if that is on one.
    n_members : int
    n_hidden : int
        Neurons, if `initial` and `resume` do not say it.
    activation, scaling, initialization
        As in `initial_networks`. The first and the last are those of the networks that
        are given, if any are.
    loss : {"squared", "logistic", "cross_entropy"}
        ½ Σ (f − y)² over outputs; log(1 + e^−yf) of one output for two classes, or
        summed over one output a class; cross entropy of the softmax.
    initial : TwoLayerNetworks, optional
        What training starts from, of shape (n_members,), or one for all; drawn by
        default.
    bias : bool
        Whether the biases of neurons and outputs are trained; drawn networks begin with
        biases of 0.
    train_hidden : bool
        Whether the hidden layer is trained; if not, its neurons are random features.
    vary : {"both", "initialization", "order"}
        What differs between members: the other is that of the first member.
    n_epochs : int or array of shape (n_members,)
        At most so many; 0 leaves networks as they are.
    batch_size : int, None, or array of shape (n_members,)
        Rows of a step; None is all of them. The last batch of an epoch is what is left.
    shuffle : bool
        Whether rows are put in a new order in each epoch.
    step_size, momentum, weight_decay, sam_radius
        Numbers, or arrays of shape (n_members,). A step is −step_size · v with v = g +
        momentum · v, where g is the mean gradient of the batch plus weight_decay times
        the weights (not the biases). With a radius, g is taken where the loss is
        highest to first order within it (SAM, Foret et al. 2021). All are at least 0,
        and the momentum is below 1.
    stop_loss, stop_margin : float or array of shape (n_members,), optional
        A member stops after an epoch with at most this mean loss, or with margins of at
        least this for a share `stop_share` of its rows. The margin of a row is f_y −
        max f over other outputs, or ±f of a single output. In arrays, −∞ and ∞ stand
        for members without such a goal.
    stop_share : float or array of shape (n_members,)
        In (0, 1].
    rows : array or list, optional
        Rows that members are trained on: numbers of shape (n_rows,) for all, numbers of
        shape (n_members, n_rows) or a list of n_members arrays, in which a row may come
        more than once, or truth values of shape (n_members, n_samples). All rows by
        default.
    sample_weight : array of shape (n_samples,) or (n_members, n_samples), optional
        Factors of the loss of each row, at least 0; 1 by default. Means are over the
        number of rows.
    classes : array, optional
        All classes, two or more, where `y` may lack some; those of `y` by default. For
        probabilities, labels of the columns in ascending order.
    resume : Ensemble, optional
        Training that goes on from where it ended, until `n_epochs` in total. With the
        same arguments the result has the same bits as training without a stop; others,
        such as a smaller step size, take effect from here. Members that have stopped go
        on if they are short of the goals that are given now; those that diverged do
        not.
    checkpoint : str or path, optional
        A file that is written about every half minute, at Ctrl-C, and at the end. If it
        is there, training goes on from it, with the same bits as without a stop. It
        never holds half of anything, and is refused if it is that of other arguments;
        `n_epochs` may be larger than before.
    verbose : bool
        Whether to show how far training is, on standard error.

    Returns
    -------
    Ensemble
        Its `outcomes` say what ended each member's training.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or arguments do not fit each other: the message
        names them.

    Warns
    -----
    TrainingWarning
        If X is unscaled; if y holds floats of more than 20 values, which are taken as
        classes; if members diverged, that is, their losses or weights are no
        finite numbers any more, which others do not notice; if no member reached its
        `stop_loss` or `stop_margin`, with what was reached.

    Notes
    -----
    Products are added up in a fixed order, so that bits depend neither on threads nor
    on the device.

    The first call after an installation compiles for some seconds, and keeps the result
    for later ones.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> three = train(X / 8, y, Stream(0), n_members=3, n_epochs=50)
    >>> bool((three.predict(X / 8) == y).mean() > 0.9)
    True
    >>> longer = train(X / 8, y, Stream(0), n_members=3, n_epochs=60, resume=three)
    >>> longer.loss_curves.shape
    (3, 60)
    """
    return Session(locals()).ensemble()


def snapshots(
    X: Any, y: Any, stream: Any, epochs: Any, **options: Any
) -> list[Ensemble]:
    """Networks after some numbers of epochs: what `train` gives for each, at once.

    Parameters
    ----------
    X, y, stream
        As in `train`.
    epochs : sequence of int
        Rising, from 0 on.
    **options
        Of `train`, but for `n_epochs`, `checkpoint` and `resume`.

    Returns
    -------
    list of Ensemble
        With the same bits as from `train` with each of these `n_epochs`. Their losses,
        margins and gradients show how training went.

    Raises
    ------
    TypeError, ValueError
        If `epochs` do not rise, or as `train`.

    Warns
    -----
    TrainingWarning
        As `train`, once.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> X, y = [[-1.0], [-2.0], [1.0], [2.0]], [0, 0, 1, 1]
    >>> path = snapshots(X, y, Stream(0), [0, 10, 100], n_members=3)
    >>> falling = [ensemble.losses(X, y).mean() for ensemble in path]
    >>> bool(falling[0] > falling[1] > falling[2])
    True
    """
    counts = _rising(epochs)
    other = sorted({"n_epochs", "checkpoint", "resume"} & set(options))
    if other:
        raise TypeError(f"{other[0]} is no option of snapshots; epochs says what to do")
    given = inspect.signature(train).bind(X, y, stream, n_epochs=counts[-1], **options)
    given.apply_defaults()
    return Session(given.arguments).ensembles(counts)


def _rising(epochs: Any) -> list[int]:
    if hasattr(epochs, "tolist"):
        epochs = epochs.tolist()
    if isinstance(epochs, range):
        epochs = list(epochs)
    if not isinstance(epochs, list | tuple) or not epochs:
        raise TypeError(f"epochs must be a list of integers, got {shown(epochs)}")
    counts = [check_integer("epochs", n, 0, 2**32) for n in epochs]
    if any(a >= b for a, b in pairwise(counts)):
        raise ValueError(f"epochs must rise, got {shown(counts)}")
    return counts
