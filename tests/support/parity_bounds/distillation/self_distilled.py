"""Estimators by filters of eigendirections, which compute on the host."""

CASES: dict = {}
ELSEWHERE = dict.fromkeys(
    ("SelfDistilledRidge", "SpectralFilterRegressor"), "test_self_distilled_on_device"
)
