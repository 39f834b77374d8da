"""Two-layer networks, trained by the batch: many seeds, data sets and settings."""

from typing import TYPE_CHECKING

from refgen._lazy import lazy
from refgen.networks._architecture import Architecture
from refgen.networks._reports import TrainingWarning
from refgen.networks.ensemble import Ensemble
from refgen.networks.exchange import from_sklearn, load_ensemble
from refgen.networks.initialization import initial_networks
from refgen.networks.training import snapshots, train
from refgen.networks.two_layer import TwoLayerNetworks

__all__ = [
    "Architecture",
    "Ensemble",
    "TrainingWarning",
    "TwoLayerClassifier",
    "TwoLayerNetworks",
    "TwoLayerRegressor",
    "from_sklearn",
    "initial_networks",
    "load_ensemble",
    "snapshots",
    "train",
]

# scikit-learn loads with the names that need it.
if TYPE_CHECKING:
    from refgen.networks.two_layer_classifier import TwoLayerClassifier
    from refgen.networks.two_layer_regressor import TwoLayerRegressor
else:
    __getattr__, __dir__ = lazy(
        __name__,
        __all__,
        {
            "TwoLayerClassifier": "two_layer_classifier",
            "TwoLayerRegressor": "two_layer_regressor",
        },
    )
