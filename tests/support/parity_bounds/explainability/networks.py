"""Networks of ReLU neurons."""

from support.mirrors import Case
from support.parity import model


def rate(arguments, want):
    """Exponents −h²/2, at whose rounding, h² times as large, the density is small."""
    network, mean, spread = arguments
    loads = abs(network.output) * network.directions()[0]
    inputs = (abs(mean)[..., None, :] * abs(network.weights)).sum(axis=-1)
    inputs = inputs + abs(network.biases)
    kinks = 1 + inputs / (spread[..., None] * network.directions()[0])
    return model(64 + network.n_features, (loads * kinks) ** 2).sum(axis=-1) / spread


CASES = {"TwoLayerReLU": Case(), "kink_rate": Case(rate)}
ELSEWHERE = {
    "exact_local_fit": "tests/explainability/test_networks.py",
    "relu_network": "tests/explainability/test_networks.py",
}
