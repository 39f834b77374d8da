"""Ensembles in files."""

from pathlib import Path

import numpy as np
import pytest

from refgen.networks import Ensemble, initial_networks, load_ensemble, train
from refgen.networks.two_layer import FIELDS
from refgen.random import Stream

X = np.random.default_rng(4).normal(size=(12, 2))
Y = np.where(X[:, 0] > 0, "right", "left")


def same(one, other):
    """The same bits, not-a-numbers included."""
    for which in ("networks", "initial"):
        for name in FIELDS:
            left, right = (getattr(getattr(e, which), name) for e in (one, other))
            np.testing.assert_array_equal(left, right)
        assert getattr(one, which).architecture == getattr(other, which).architecture
    for name in ("loss_curves", "n_epochs", "status", "velocity"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype
    assert one.task == other.task


def trained(y=Y, **options):
    options = {"n_members": 3, "n_hidden": 4, "n_epochs": 4} | options
    return train(X, y, Stream(0), **options)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "make",
    [
        trained,
        lambda: trained(momentum=0.9, scaling="ntk", activation="tanh")[1:],
        lambda: trained()[2],
        lambda: trained(X[:, 1], loss="squared", step_size=1e30),
        lambda: Ensemble.from_networks(
            initial_networks(Stream(0), 2, 3, 4), loss="cross_entropy",
            classes=[4, 2, 3, 1],
        ),
    ],
)  # fmt: skip
def test_a_file_holds_all_of_an_ensemble(make, tmp_path):
    ours = make()
    ours.save(tmp_path / "ours")
    same(load_ensemble(tmp_path / "ours"), ours)
    assert [path.name for path in tmp_path.iterdir()] == ["ours"]


def test_files_of_earlier_versions_are_read_and_training_gives_their_bits():
    """Of format 1, the first one: nothing that was saved is lost by a new version."""
    known = load_ensemble(Path(__file__).parent / "data" / "format_1.npz")
    same(trained(n_members=2, momentum=0.5, batch_size=5), known)


def test_a_file_is_replaced_as_a_whole(tmp_path, monkeypatch):
    first, second = trained(), trained(n_hidden=5)
    first.save(tmp_path / "ours.npz")

    def killed(*args, **arrays):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(np, "savez", killed)
        with pytest.raises(KeyboardInterrupt):
            second.save(tmp_path / "ours.npz")
    same(load_ensemble(tmp_path / "ours.npz"), first)
    assert len(list(tmp_path.iterdir())) == 1
    second.save(tmp_path / "ours.npz")
    same(load_ensemble(tmp_path / "ours.npz"), second)


def test_who_may_read_a_file_is_as_for_any_other(tmp_path):
    (tmp_path / "other").touch()
    trained().save(tmp_path / "ours")
    ours, other = ((tmp_path / name).stat().st_mode for name in ("ours", "other"))
    assert ours == other


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "other"
    with pytest.raises(FileNotFoundError):
        load_ensemble(path)
    refused = pytest.raises(ValueError, match=r"no file that Ensemble\.save wrote")
    path.write_bytes(b"")
    with refused:
        load_ensemble(path)
    path.write_text("text")
    with refused:
        load_ensemble(path)
    with path.open("wb") as file:
        np.save(file, np.ones(3))
    with refused:
        load_ensemble(path)
    with path.open("wb") as file:
        np.savez(file, weights=np.ones(3))
    with refused:
        load_ensemble(path)


@pytest.mark.parametrize(
    "change",
    [
        {"format": np.array(99)},
        {"loss": np.array("hinge")},
        {"activation": np.array("sine")},
        {"scales": np.ones(3)},
        {"velocity": np.ones((3, 7))},
        {"status": np.array([0, 0, 9])},
        {"n_epochs": np.ones(3)},
        {"initial.hidden_weights": np.ones((3, 5, 4))},
        {"networks.hidden_weights": np.array(["a", "b", "c"])},
    ],
)
def test_files_that_were_changed_are_refused(change, tmp_path):
    trained().save(tmp_path / "ours.npz")
    with np.load(tmp_path / "ours.npz") as file:
        held = dict(file)
    for name, array in change.items():
        np.savez(tmp_path / "changed.npz", **(held | {name: array}))
        with pytest.raises(ValueError, match=r"no file that Ensemble\.save wrote: "):
            load_ensemble(tmp_path / "changed.npz")
        del held[name]
        np.savez(tmp_path / "changed.npz", **held)
        with pytest.raises(ValueError, match=r"no file that Ensemble\.save wrote: "):
            load_ensemble(tmp_path / "changed.npz")


def test_pickles_are_never_read(tmp_path):
    path = tmp_path / "harm.npz"
    np.savez(path, format=np.array([print], dtype=object))
    with pytest.raises(ValueError, match=r"no file that Ensemble\.save wrote"):
        load_ensemble(path)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ValueError, match="path is no name of a file"):
        trained().save(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*absent'"):
        trained().save(tmp_path / "absent" / "ours.npz")


@pytest.mark.parametrize("path", [3, b"ours", None, {"a": 1}])
def test_what_is_no_name_of_a_file_is_refused(path):
    for asked in (trained().save, load_ensemble):
        with pytest.raises(TypeError, match="path must be the name of a file"):
            asked(path)
        for empty in ("", "a\0b"):
            with pytest.raises(ValueError, match="path is no name of a file"):
                asked(empty)
