"""Training has the same bits everywhere."""

from support.mirrors import Case

CASES = {"train": Case()}
ELSEWHERE = {
    "Ensemble": "what train gives, which is compared",
    "snapshots": "a list of what train gives; tests/networks compare it",
}
