"""Training that is written down goes on from there, bit for bit."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from support.networks import assert_same_training, data

from refgen.networks import TrainingWarning, _checkpoints, _run, train
from refgen.random import Stream

X, Y = data(60, 5, 3)
OPTIONS = {"momentum": 0.9, "sam_radius": 0.01, "n_hidden": 7, "n_members": 3}


def training(**given):
    options = OPTIONS | {"n_epochs": 9} | given
    points, labels = options.pop("X", X), options.pop("y", Y)
    return train(points, labels, options.pop("stream", Stream(1)), **options)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "training.npz"


@pytest.fixture
def short_pieces(monkeypatch):
    """Every piece has one epoch, and is written."""
    monkeypatch.setattr(_run, "_FIRST", 1)
    monkeypatch.setattr(_run, "_SHORT", 0.0)
    monkeypatch.setattr(_checkpoints, "_SECONDS", 0.0)


def stopped_after(monkeypatch, n_pieces, error):
    """Let training end with an error after some pieces."""
    go, seen = _run.Run.go, []

    def counted(run, state, n_epochs):
        if len(seen) == n_pieces:
            raise error
        seen.append(n_epochs)
        go(run, state, n_epochs)

    monkeypatch.setattr(_run.Run, "go", counted)


@pytest.mark.usefixtures("short_pieces")
def test_pieces_have_the_bits_of_the_whole():
    assert_same_training(training(), train(X, Y, Stream(1), n_epochs=9, **OPTIONS))


@pytest.mark.parametrize("goal", [None, 0.5])
def test_pieces_have_the_bits_of_the_whole_wherever_members_begin(goal, request):
    """Each member has its own first and last epoch."""
    first = training(n_epochs=[1, 7, 3])
    given = {"n_epochs": [3, 9, 6], "resume": first, "stop_loss": goal}
    whole = training(**given)
    request.getfixturevalue("short_pieces")
    assert_same_training(training(**given), whole)


@pytest.mark.usefixtures("short_pieces")
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("n_pieces", [0, 1, 5])
def test_training_that_ended_early_goes_on(path, n_pieces, error):
    with pytest.MonkeyPatch.context() as patch:
        stopped_after(patch, n_pieces, error)
        with pytest.raises(error):
            training(checkpoint=path)
    with np.load(path) as file:
        assert file["epochs"].tolist() == [n_pieces] * 3
    assert_same_training(training(checkpoint=path), training())


def test_ctrl_c_writes_what_was_done_since_the_last_time(path, monkeypatch):
    monkeypatch.setattr(_run, "_FIRST", 1)
    monkeypatch.setattr(_run, "_SHORT", 0.0)
    with pytest.MonkeyPatch.context() as patch:
        stopped_after(patch, 4, KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            training(checkpoint=path)
    with np.load(path) as file:
        assert file["epochs"].tolist() == [4] * 3


def test_a_short_training_is_written_at_its_start_and_its_end(path, monkeypatch):
    monkeypatch.setattr(_run, "_FIRST", 1)
    monkeypatch.setattr(_run, "_SHORT", 0.0)
    replace, written = os.replace, []

    def counted(source, target):
        written.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", counted)
    training(checkpoint=path)
    assert written == [path, path]
    training(checkpoint=path, n_epochs=12)  # from the file, which is not written anew
    assert written == [path] * 3


def test_a_finished_training_is_read_and_may_become_longer(path):
    first = training(checkpoint=path)
    assert os.listdir(path.parent) == [path.name]
    with pytest.MonkeyPatch.context() as patch:
        stopped_after(patch, 0, AssertionError)
        assert_same_training(training(checkpoint=path), first)
    longer = training(checkpoint=str(path), n_epochs=12)
    assert_same_training(longer, training(n_epochs=12))
    with pytest.raises(ValueError, match=r"n_epochs=9 .* member 0 has done 12"):
        training(checkpoint=path)


def test_members_that_stopped_stay_as_they_are(path):
    goal = {"stop_loss": 0.3}
    whole = training(n_epochs=40, **goal)
    assert "loss" in whole.outcomes
    training(n_epochs=20, checkpoint=path, **goal)
    assert_same_training(whole, training(n_epochs=40, checkpoint=path, **goal))


def test_earlier_training_may_be_gone_on_with_and_written(path):
    first = training(n_epochs=4)
    training(resume=first, checkpoint=path, n_epochs=6)
    assert_same_training(training(resume=first, checkpoint=path), training())


OTHER = {
    "X": {"X": X + 1},
    "y": {"y": Y + 1},
    "sample_weight": {"sample_weight": np.ones(60) / 2},
    "rows": {"rows": np.arange(59)},
    "stream, vary or shuffle": {"stream": Stream(1, replicate=1)},
    "initial or resume": {"stream": Stream(2)},
    "activation, loss or scaling": {"loss": "squared", "y": np.eye(3)[Y]},
    "batch_size": {"batch_size": 16},
    "step_size, scaling, bias or train_hidden": {"train_hidden": False},
    "momentum, weight_decay or sam_radius": {"sam_radius": 0.0},
    "stop_loss, stop_margin or stop_share": {"stop_loss": 1e-9},
}


@pytest.mark.parametrize("name", OTHER)
def test_the_file_of_another_training_is_refused(path, name):
    training(checkpoint=path, n_epochs=1)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="checkpoint is of another training") as error:
        training(checkpoint=path, **OTHER[name])
    assert name in str(error.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"text", b"PK\x03\x04", "half", "another", "npy"]
)
def test_what_is_no_checkpoint_is_refused_and_left(path, content):
    training(checkpoint=path, n_epochs=1)
    if content == "half":
        content = path.read_bytes()[:-100]
    elif content == "another":
        np.savez(path, about=np.array(json.dumps({"layout": "other"})))
        content = path.read_bytes()
    elif content == "npy":
        with path.open("wb") as file:
            np.save(file, X)
        content = path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(ValueError, match="checkpoint is no file that train"):
        training(checkpoint=path)
    assert path.read_bytes() == content


def test_a_path_that_cannot_be_written_is_refused_before_training(tmp_path):
    for wrong in (tmp_path / "missing" / "file", tmp_path):
        with pytest.raises(ValueError, match="checkpoint"):
            training(checkpoint=wrong)
    with pytest.raises(TypeError, match="checkpoint must be the name of a file"):
        training(checkpoint=3)


@pytest.mark.usefixtures("short_pieces")
def test_a_full_disk_is_told_once_and_spoils_neither_file_nor_training(
    path, monkeypatch
):
    training(checkpoint=path, n_epochs=2)
    before = path.read_bytes()

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.warns(TrainingWarning, match="checkpoint could not be written") as seen:
        found = training(checkpoint=path)
    assert len(seen) == 1
    assert seen[0].filename == __file__
    assert_same_training(found, training())
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


LONG = """
    import sys
    sys.path.insert(0, "tests")
    import numpy as np
    from support.networks import data
    from refgen.networks import _checkpoints, train
    from refgen.random import Stream

    _checkpoints._SECONDS = 0.0
    X, y = data(60, 5, 3)
    n_epochs = int(sys.argv[2])
    train(X, y, Stream(1), n_members=3, n_epochs=n_epochs, checkpoint=sys.argv[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_process_that_is_stopped_leaves_a_whole_file(path, number, request):
    command = [sys.executable, "-c", textwrap.dedent(LONG), str(path), str(10**7)]
    process = subprocess.Popen(command, cwd=request.config.rootpath)
    try:
        epochs = _epochs_after_a_while(path)
    finally:
        process.send_signal(number)
        process.wait(60)
    with np.load(path) as file:
        done = file["epochs"]
        n = int(done[0])
        curves = file["losses"]
    assert n >= epochs
    assert np.isfinite(curves[:, :n]).all()
    short = train(X, Y, Stream(1), n_members=3, n_epochs=50)
    np.testing.assert_array_equal(curves[:, :50], short.loss_curves)


def _epochs_after_a_while(path):
    import time

    for _ in range(600):
        time.sleep(0.1)
        with contextlib.suppress(FileNotFoundError), np.load(path) as file:
            if int(file["epochs"].min()) > 100:
                return int(file["epochs"].min())
    raise AssertionError("no checkpoint in a minute")
