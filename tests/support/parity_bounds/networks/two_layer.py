"""Networks before training: draws and parameters have the same bits everywhere."""

from support.mirrors import Case

CASES = {"TwoLayerNetworks": Case(), "initial_networks": Case()}
