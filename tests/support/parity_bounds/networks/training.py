"""Training has the same bits everywhere."""

from support.mirrors import Case

CASES = {"snapshots": Case(), "train": Case()}
ELSEWHERE = {"Ensemble": "what train gives, which is compared"}
