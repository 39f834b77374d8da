"""Networks of ReLU neurons."""

from support.mirrors import Case

CASES = {"TwoLayerReLU": Case()}
ELSEWHERE = {
    "exact_local_fit": "tests/explainability/test_networks.py",
    "relu_network": "tests/explainability/test_networks.py",
}
