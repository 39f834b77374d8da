"""Two-layer networks, trained by the batch: many seeds, data sets and settings."""

from refgen.networks._architecture import Architecture
from refgen.networks._reports import TrainingWarning
from refgen.networks.ensemble import Ensemble
from refgen.networks.exchange import from_sklearn, load_ensemble
from refgen.networks.initialization import initial_networks
from refgen.networks.training import train
from refgen.networks.two_layer import TwoLayerNetworks

__all__ = [
    "Architecture",
    "Ensemble",
    "TrainingWarning",
    "TwoLayerNetworks",
    "from_sklearn",
    "initial_networks",
    "load_ensemble",
    "train",
]


def __dir__() -> list[str]:
    return sorted(__all__)
