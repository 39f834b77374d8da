"""Uniform convergence: counterexamples, what they defeat, what survives (UC-*)."""

from typing import TYPE_CHECKING

from refgen._lazy import lazy
from refgen.uniform_convergence._norm_results import (
    LayerNorms,
    NormBound,
    NormBounds,
)
from refgen.uniform_convergence.kl import (
    bernoulli_kl,
    kl_inverse,
    kl_lower_inverse,
)
from refgen.uniform_convergence.linear_example import (
    LinearExample,
)
from refgen.uniform_convergence.losses import (
    expected_loss,
    ramp_loss,
)
from refgen.uniform_convergence.network_bounds import (
    norm_bounds,
)
from refgen.uniform_convergence.norm_comparison import (
    perturbation_bound,
    perturbation_constant,
    two_thirds_norm,
    width_factor,
)
from refgen.uniform_convergence.quantiles import (
    test_error_quantile,
)

__all__ = [
    "LayerNorms",
    "LinearExample",
    "NormBound",
    "NormBounds",
    "bernoulli_kl",
    "expected_loss",
    "kl_inverse",
    "kl_lower_inverse",
    "norm_bounds",
    "perturbation_bound",
    "perturbation_constant",
    "ramp_loss",
    "test_error_quantile",
    "two_thirds_norm",
    "width_factor",
]

# scikit-learn and matplotlib load with the names that need them.
if TYPE_CHECKING:
    pass
else:
    __getattr__, __dir__ = lazy(__name__, __all__, {})
