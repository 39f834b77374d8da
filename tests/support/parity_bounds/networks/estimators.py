"""Estimators have files of tests on the device."""

CASES: dict = {}
ELSEWHERE = dict.fromkeys(
    ("TwoLayerClassifier", "TwoLayerRegressor"),
    "tests/networks/test_two_layer_on_device.py",
)
