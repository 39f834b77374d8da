"""Estimators that distil any model into any other: models train on the host."""

CASES: dict = {}
ELSEWHERE = dict.fromkeys(
    ("DistilledClassifier", "DistilledRegressor"), "test_distilled_on_device"
)
