"""One call of `train`: its arguments, checked one after another, and its result."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np

from refgen._checks import check_choice, check_integer
from refgen._estimators.parameters import check_flag
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.networks._architecture import Activation, loss_code, width_rule
from refgen.networks._checkpoints import Checkpoint, prints
from refgen.networks._data import training_data
from refgen.networks._goals import go_on
from refgen.networks._packing import unpack
from refgen.networks._progress import Progress
from refgen.networks._reports import label_doubt, outcome_doubts, scale_doubt, warn
from refgen.networks._run import Run, check_done, trained
from refgen.networks._settings import settings
from refgen.networks._start import (
    State,
    checked_resume,
    continued_state,
    first_networks,
    fresh_state,
)
from refgen.networks.ensemble import OUTCOMES, Ensemble, Task
from refgen.networks.initialization import checked_law
from refgen.networks.two_layer import TwoLayerNetworks
from refgen.random import Stream

# Members: far more than memory holds, and few enough to count anything of them.
_MOST = 2**32
# Defaults of `train`, which say nothing about networks that are given.
_DEFAULTS = {"n_hidden": 64, "activation": "relu"}


class Session:
    """Checked arguments of `train`, by their names, and what they lead to."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        _check_words(given)
        self.n_members = check_integer("n_members", given["n_members"], 1, _MOST)
        _check_stream(given["stream"], self.n_members)
        self.data = training_data(given, self.n_members)
        if given["resume"] is None:
            self.initial = first_networks(given, self.data, self.n_members)
            self.state = fresh_state(self.initial)
        else:
            resume = checked_resume(given, self.data, self.n_members)
            self.initial, self.state = resume.initial, continued_state(resume)
        _refuse_another_architecture(given, self.initial)
        self.run = self._run()
        if given["resume"] is not None:
            go_on(self.run, self.state, given["loss"])
        self.checkpoint = self._checkpoint()
        check_done(self.run, self.state)

    def _checkpoint(self) -> Checkpoint | None:
        path = self.given["checkpoint"]
        if path is None:
            return None
        made = Checkpoint(path, prints(self.run, self.state, self.data.classes))
        made.start(self.state)
        return made

    def _run(self) -> Run:
        given, data, initial = self.given, self.data, self.initial
        xp = namespace(data.points)
        plan = settings(given, data.counts, self._factors(), self.n_members, xp)
        code = initial.architecture.code, loss_code(given["loss"])
        return Run(
            data,
            plan,
            self._replicates(xp),
            xp.asarray(_key(given), dtype=np.uint64),
            (*initial._sizes()[:5], *code),
        )

    def _factors(self) -> tuple[float, ...]:
        """What the step size is multiplied by, in each part of a network."""
        given, initial = self.given, self.initial
        rule = width_rule(given["scaling"], initial.n_features, initial.n_hidden)
        hidden, bias = given["train_hidden"], given["bias"]
        is_trained = (hidden, hidden and bias, True, bias)
        return tuple(f * used for f, used in zip(rule.steps, is_trained, strict=True))

    def _replicates(self, xp: Any) -> Any:
        first = int(self.given["stream"].replicate)
        is_shared = self.given["vary"] == "initialization"
        numbers = [first + j * (not is_shared) for j in range(self.n_members)]
        return xp.asarray(numbers, dtype=np.uint64)

    def ensemble(self) -> Ensemble:
        """Train, and say what is worth a warning."""
        self._doubt_data()
        try:
            self._train()
        except KeyboardInterrupt:  # comes between two pieces
            self._save(now=True)
            raise
        self._save(now=True)
        return self._made([self.state])[0]

    def ensembles(self, epochs: list[int]) -> list[Ensemble]:
        """Train, and keep what there is after each of these numbers of epochs."""
        self._doubt_data()
        states = []
        for n in epochs:
            self.run = self.run.until(n)
            self._train()
            states.append(self.state.copy())
        return self._made(states)

    def _made(self, states: list[State]) -> list[Ensemble]:
        """What states are of, and a warning of what happened until the last."""
        loss = self.given["loss"]
        made = [_ensemble(self.run, state, self.initial, loss) for state in states]
        for text in outcome_doubts(self.run, states[-1], loss):
            warn(text)
        return made

    def _doubt_data(self) -> None:
        for doubt in (scale_doubt(self.data), label_doubt(self.given, self.data)):
            if doubt is not None:
                warn(doubt)

    def _train(self) -> None:
        if not self.given["verbose"]:
            trained(self.run, self.state, lambda state: self._save())
            return
        with Progress(self.run) as progress:
            progress.show(self.state)

            def after(state: State) -> None:
                self._save()
                progress.show(state)

            trained(self.run, self.state, after)

    def _save(self, *, now: bool = False) -> None:
        if self.checkpoint is not None:
            self.checkpoint.save(self.state, now=now)


def _check_words(given: dict[str, Any]) -> None:
    check_choice("vary", given["vary"], ("both", "initialization", "order"))
    loss_code(given["loss"])
    for name in ("bias", "train_hidden", "shuffle", "verbose"):
        check_flag(name, given[name])
    check_choice("activation", given["activation"], get_args(Activation))
    check_integer("n_hidden", given["n_hidden"], 1)
    checked_law(given["initialization"], given["scaling"])


def _refuse_another_architecture(given: dict[str, Any], networks: Any) -> None:
    """Refuse what contradicts networks that are given; defaults do not."""
    found = {
        "n_hidden": networks.n_hidden,
        "activation": networks.architecture.activation,
    }
    for name, own in found.items():
        if given[name] not in (own, _DEFAULTS[name]):
            raise ValueError(
                f"{name} is {given[name]!r}, and networks that are given, or trained "
                f"further, have {own!r}; leave it out"
            )


def _check_stream(stream: Any, n_members: int) -> None:
    check_instance("stream", stream, Stream)
    if stream.replicate + n_members > 2**64:
        raise ValueError(
            f"stream has the replicate {stream.replicate}, and with n_members="
            f"{n_members} the last one is above 2**64 - 1; begin lower"
        )


def _key(given: dict[str, Any]) -> list[int]:
    if not given["shuffle"]:
        return []
    return list(given["stream"].child("order")._coordinates()[1:])


def _ensemble(run: Run, state: State, initial: TwoLayerNetworks, loss: str) -> Ensemble:
    """The result; members whose weights are no numbers any more have diverged."""
    xp = namespace(state.theta)
    is_lost = ~xp.isfinite(state.theta).all(axis=1)
    state.status[is_lost] = OUTCOMES.index("diverged")
    sizes = initial.n_features, initial.n_hidden, initial.n_outputs
    fields = unpack(state.theta, *sizes)
    return Ensemble.trusted(
        networks=TwoLayerNetworks.trusted(**fields, architecture=initial.architecture),
        initial=initial,
        loss_curves=state.losses,
        n_epochs=state.epochs,
        status=state.status,
        velocity=state.velocity,
        task=Task(loss, run.data.classes),
    )
