"""Progress of training: a bar on a terminal, lines elsewhere, nothing unless asked."""

import io

import numpy as np
import pytest
from rich.console import Console
from support.networks import assert_same_training, data

from refgen.networks import _progress, _run, train
from refgen.random import Stream

X, Y = data(60, 5, 3)


def training(**given):
    return train(X, Y, Stream(0), n_members=3, n_hidden=5, n_epochs=8, **given)


@pytest.fixture
def console(monkeypatch):
    """Where progress goes, as a terminal or not."""

    def use(is_terminal):
        made = Console(file=io.StringIO(), force_terminal=is_terminal, width=100)
        kind = _progress.Progress
        monkeypatch.setattr(
            "refgen.networks._session.Progress", lambda run: kind(run, made)
        )
        monkeypatch.setattr(_run, "_FIRST", 1)
        monkeypatch.setattr(_run, "_SHORT", 0.0)
        return made.file

    return use


def test_nothing_is_shown_unless_asked_for(capfd):
    training()
    assert capfd.readouterr() == ("", "")


def test_progress_is_on_standard_error(capfd, monkeypatch):
    monkeypatch.setattr(_progress, "_SECONDS", 0.0)
    training(verbose=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert "epoch 8 of 8" in err


def test_lines_tell_epochs_members_and_losses(console, monkeypatch):
    monkeypatch.setattr(_progress, "_SECONDS", 0.0)
    file = console(is_terminal=False)
    found = training(verbose=True, stop_loss=[-np.inf, 2.0, 0.5])
    lines = file.getvalue().splitlines()
    assert lines[0] == "epoch 0 of 8, 3 of 3 members at work"
    middle = np.median(found.loss_curves[[0, 2], 0])
    assert lines[1] == f"epoch 1 of 8, 2 of 3 members at work, median loss {middle:.4g}"
    for epoch, line in enumerate(lines[1:-1], 1):
        at_work = (found.n_epochs > epoch) | (found.status == 0)
        middle = np.median(found.loss_curves[at_work, epoch - 1])
        assert line.startswith(f"epoch {epoch} of 8")
        assert line.endswith(f"median loss {middle:.4g}")
    assert lines[-1].startswith("epoch 8 of 8, 0 of 3 members at work")


def test_there_are_not_many_lines(console):
    file = console(is_terminal=False)
    training(verbose=True)
    assert file.getvalue() == ""


def test_a_terminal_has_a_bar_that_goes_away(console):
    file = console(is_terminal=True)
    training(verbose=True)
    assert "training" in file.getvalue()
    assert file.getvalue().endswith("\x1b[2K")


def test_progress_changes_no_bit(console):
    console(is_terminal=True)
    assert_same_training(training(verbose=True), training())
