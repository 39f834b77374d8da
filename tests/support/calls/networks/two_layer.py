"""Calls of networks, and of what they start from."""

from refgen.networks import Architecture, TwoLayerNetworks
from refgen.random import Stream

D, H, K = 3, 4, 2


def fields(draws, d):
    """Of three networks."""
    return (
        draws.child("hidden").normal((3, d, H)),
        draws.child("hidden biases").normal((3, H)),
        draws.child("output").normal((3, H, K)),
        draws.child("output biases").normal((3, K)),
    )


def networks(draws, d):
    return TwoLayerNetworks(*fields(draws, d), Architecture("tanh", 0.75, 0.5))


def asked(draws, d):
    """Networks, and five points that they share."""
    return networks(draws, d), draws.child("points").normal((5, d))


ARGUMENTS = {
    "TwoLayerNetworks": fields,
    "initial_networks": lambda s, d: (s.child("initial"), d, H, K),
}
CALLS = {
    "Architecture": ("tanh", 0.75, 0.5),
    "TwoLayerNetworks.hidden": lambda: asked(Stream(0, "calls"), 2),
    "TwoLayerNetworks.outputs": lambda: asked(Stream(0, "calls"), 2),
}
