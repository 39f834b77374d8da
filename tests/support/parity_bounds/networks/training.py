"""Training has the same bits everywhere."""

from support.mirrors import Case

CASES = {
    "Ensemble": Case(unchecked=("loss_curves", "velocity")),
    "train": Case(),
}
ELSEWHERE = {
    "snapshots": "a list of what train gives; tests/networks compare it",
}
