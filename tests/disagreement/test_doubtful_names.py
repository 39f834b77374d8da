"""Names that look like data: read as names, or refused by naming an option."""

import warnings

import numpy as np
import pandas as pd
import pytest

from refgen.disagreement import audit, read_labels, read_predictions

_generator = np.random.default_rng(5)
TRUTH = _generator.integers(0, 10, 200)
RUNS = np.where(
    _generator.random((4, 200)) < 0.8, TRUTH, _generator.integers(0, 10, (4, 200))
)


def ids(n, n_classes):
    """Numbers of points, of which some are numbers of classes, too."""
    chosen = [*range(3, 3 + n_classes), *range(1000, 1000 + n - n_classes)]
    return _generator.permutation(chosen)


@pytest.mark.parametrize("n_classes", [1, 5])
@pytest.mark.parametrize("index", [True, False])
def test_numbers_of_points_above_runs_are_names(tmp_path, n_classes, index):
    path = tmp_path / "runs.csv"
    pd.DataFrame(RUNS, columns=ids(200, n_classes)).to_csv(path, index=index)
    np.testing.assert_array_equal(read_predictions(path), RUNS)


def test_numbers_of_points_beside_runs_are_names(tmp_path):
    path = tmp_path / "runs.csv"
    pd.DataFrame(RUNS.T, index=ids(200, 5)).to_csv(path, header=False)
    np.testing.assert_array_equal(read_predictions(path, transpose=True), RUNS)


@pytest.mark.parametrize("n_classes", [3, 4, 7])
def test_numbers_that_are_often_classes_are_doubtful(tmp_path, n_classes):
    path = tmp_path / "runs.csv"
    pd.DataFrame(RUNS[:, :12], columns=ids(12, n_classes)).to_csv(path, index=False)
    with pytest.raises(ValueError, match=r"row 1 .*give --header"):
        read_predictions(path)
    np.testing.assert_array_equal(read_predictions(path, header=0), RUNS[:, :12])


def test_classes_that_only_one_row_names_once_each_are_doubtful(tmp_path):
    path, runs = tmp_path / "runs.csv", RUNS[:, :10] % 3
    order = [2, 0, 1, 3, 5, 4, 9, 7, 6, 8]
    np.savetxt(path, [order, *runs], fmt="%d", delimiter=",")
    with pytest.raises(ValueError, match=r"row 1 .*give --header"):
        read_predictions(path)
    # Seeds, two of which are classes.
    np.savetxt(path, [[0, 2, 42], *RUNS[[0, 0, 1]].T % 3], fmt="%d", delimiter=",")
    with pytest.raises(ValueError, match=r"row 1 .*give --header"):
        read_predictions(path, transpose=True)


def test_an_empty_corner_above_a_count_is_of_a_header(tmp_path):
    path = tmp_path / "runs.csv"
    pd.DataFrame(RUNS[:, :8], columns=ids(8, 6)).to_csv(path)
    np.testing.assert_array_equal(read_predictions(path), RUNS[:, :8])
    path.write_text(",1,0\n1,1,0\n")
    with pytest.raises(ValueError, match=r"row 1, column 1 is empty.*give --header"):
        read_predictions(path)


@pytest.mark.parametrize("n_classes", [2, 10])
@pytest.mark.parametrize("n_points", [3, 8, 200])
def test_bare_runs_are_data(tmp_path, n_classes, n_points):
    path, runs = tmp_path / "runs.csv", RUNS[:, -n_points:] % n_classes
    np.savetxt(path, runs, fmt="%d", delimiter=",")
    np.testing.assert_array_equal(read_predictions(path), runs)


def test_true_as_a_name(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("true\n1\n-1\n1\n1\n-1\n")
    assert read_labels(path).tolist() == [1, -1, 1, 1, -1]
    path.write_text("true\nTrue\nFalse\nTrue\n")
    with pytest.raises(ValueError, match=r"row 1 .*give --labels-header"):
        read_labels(path)
    assert read_labels(path, header=0).tolist() == [True, False, True]
    path.write_text("id,true\n7,1\n9,-1\n8,1\n6,1\n")
    with pytest.raises(ValueError, match=r"row 1 .*give --labels-header"):
        read_labels(path)
    assert read_labels(path, header=0).tolist() == [1, -1, 1, 1]
    path.write_text("True\nFalse\nFalse\n")
    assert read_labels(path).tolist() == [True, False, False]
    path.write_text("1\nTrue\n0\n")
    with pytest.raises(ValueError, match=r"others numbers.*give --labels-header"):
        read_labels(path)


def test_a_first_label_0_may_be_a_name(tmp_path):
    path = tmp_path / "labels.csv"
    pd.Series(TRUTH).to_csv(path, index=False)
    with pytest.warns(UserWarning, match=r"header=0 .* or header=None"):
        assert len(read_labels(path)) == 201
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_labels(path, header=0)) == 200
        assert len(read_labels(path, header=None)) == 201
        path.write_text("1\n0\n")
        assert read_labels(path).tolist() == [1, 0]
        path.write_text("0,1,1\n")
        assert read_labels(path).tolist() == [0, 1, 1]


@pytest.mark.parametrize("name", ["fold", "group", "split", "cluster", "epoch"])
def test_parts_of_the_data_are_no_runs(tmp_path, name):
    path = tmp_path / "runs.csv"
    frame = pd.DataFrame(RUNS[:3].T, columns=["rf", "knn", "svm"])
    frame.insert(0, name, np.arange(200) % 5)
    frame.to_csv(path, index=False)
    with pytest.raises(ValueError, match=f"give --index-col {name}"):
        read_predictions(path, transpose=True)


def test_molten_runs_are_refused(tmp_path):
    path = tmp_path / "runs.csv"
    pd.DataFrame(RUNS.T).melt().to_csv(path)
    with pytest.raises(ValueError, match="give --index-col variable"):
        read_predictions(path, transpose=True)


@pytest.mark.parametrize("n_points", [20, 200])
def test_spaces_between_cells(tmp_path, n_points):
    path = tmp_path / "runs.csv"
    np.savetxt(path, RUNS[:, :n_points], fmt="%d")
    with pytest.raises(ValueError, match=r"separate.* by spaces; use commas"):
        read_predictions(path)


def test_points_in_another_order_are_refused():
    frame = pd.DataFrame(RUNS, columns=ids(200, 0))
    labels = pd.Series(TRUTH, index=frame.columns)
    right = audit(frame, labels)
    for odd in (labels.sort_index(), labels[::-1]):
        with pytest.raises(ValueError, match=r"labels\.loc\[predictions\.columns\]"):
            audit(frame, odd)
        assert audit(frame, odd.loc[frame.columns]).error == right.error
    for same in (labels.reset_index(drop=True), TRUTH, TRUTH.tolist()):
        assert audit(frame, same).error == right.error
    assert audit(pd.DataFrame(RUNS), labels).error == right.error
