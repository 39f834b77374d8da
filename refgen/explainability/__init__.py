"""Local explainability: fidelity, disjointedness, bounds, explanations (LE-*)."""

from typing import TYPE_CHECKING

from refgen._lazy import lazy
from refgen.explainability._mean_interval import (
    chernoff_interval,
    paired_bernstein_interval,
)
from refgen.explainability.bracket import disjointedness_bracket
from refgen.explainability.bumps import Bump
from refgen.explainability.cells import cell_bracket, cell_disjointedness
from refgen.explainability.complexities import (
    label_scaled_points,
    linear_complexity,
    neighbor_complexity,
)
from refgen.explainability.deviations import (
    deviation_bound,
    left_out_deviation,
    ridge_stability,
)
from refgen.explainability.draw_variance import quadratic_slope_variance
from refgen.explainability.effective_size import (
    disjointedness_from_chi_square,
    effective_sample_size,
    ratio_variance_bound,
)
from refgen.explainability.few_features import sparse_fidelity
from refgen.explainability.fidelity_draws import drawn_fidelity
from refgen.explainability.finite_disjointedness import (
    disjointedness_variance,
    expected_disjointedness,
    left_out_disjointedness,
)
from refgen.explainability.finite_expectations import (
    empirical_complexity,
    expected_complexity,
    expected_deviation,
    expected_train_fidelity,
)
from refgen.explainability.finite_neighborhoods import FiniteNeighborhoods
from refgen.explainability.finite_problems import FiniteProblem
from refgen.explainability.finite_systems import FiniteSystem
from refgen.explainability.gaussian_law import (
    anisotropic_fidelity,
    gaussian_fidelity,
    gaussian_mirrored_fit,
)
from refgen.explainability.growing_disjointedness import disjointedness_growth
from refgen.explainability.kinked_functions import (
    Absolute,
    ReLURidge,
    Step,
)
from refgen.explainability.kinks import kink_rate
from refgen.explainability.lime_kernel import (
    kernel_efficiency,
    kernel_scale,
)
from refgen.explainability.line_mirrored import line_mirrored_fidelity
from refgen.explainability.line_quadrature import line_disjointedness
from refgen.explainability.lower import (
    disjointedness_lower_bound,
    separation_disjointedness_bound,
)
from refgen.explainability.memorizing_systems import MemorizingSystem
from refgen.explainability.mirrored import (
    mirrored_errors,
    mirrored_fit,
    penalty_for_norm_bound,
)
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.explainability.population import (
    heavy_tail_disjointedness,
    heavy_tail_exponent,
    population_disjointedness,
)
from refgen.explainability.published_curves import published_fidelity
from refgen.explainability.quadratics import Quadratic
from refgen.explainability.quadrature_fits import (
    fidelity_from_hessian,
    local_fit_by_quadrature,
)
from refgen.explainability.relu_networks import TwoLayerReLU
from refgen.explainability.risk_bounds import (
    risk_bound,
    uniform_risk_bounds,
)
from refgen.explainability.sampled_complexity import system_complexity
from refgen.explainability.sampled_disjointedness import (
    disjointedness,
    disjointedness_ratios,
)
from refgen.explainability.smooth_functions import (
    Exponential,
    Linear,
    Sine,
)
from refgen.explainability.spectral import (
    piecewise_linear_fidelity,
    transfer,
)
from refgen.explainability.two_points import two_point_disjointedness
from refgen.explainability.uniform import uniform_disjointedness
from refgen.explainability.uniform_mirrored import uniform_mirrored_fidelity
from refgen.explainability.upper import (
    disjointedness_upper_bound,
    line_disjointedness_bound,
    moment_disjointedness_bound,
)

__all__ = [
    "Absolute",
    "BoundForm",
    "BoundTerm",
    "Bump",
    "ExplainabilityBound",
    "ExplainabilitySweep",
    "Exponential",
    "FidelityDisplay",
    "FiniteNeighborhoods",
    "FiniteProblem",
    "FiniteSystem",
    "GaussianNeighborhoods",
    "Linear",
    "LocalExplanationDisplay",
    "LocalLinearExplainer",
    "MemorizingSystem",
    "Quadratic",
    "ReLURidge",
    "Sine",
    "Step",
    "TwoLayerReLU",
    "anisotropic_fidelity",
    "best_scale",
    "cell_bracket",
    "cell_disjointedness",
    "chernoff_interval",
    "deviation_bound",
    "disjointedness",
    "disjointedness_bracket",
    "disjointedness_from_chi_square",
    "disjointedness_growth",
    "disjointedness_lower_bound",
    "disjointedness_ratios",
    "disjointedness_upper_bound",
    "disjointedness_variance",
    "drawn_fidelity",
    "effective_sample_size",
    "empirical_complexity",
    "exact_local_fit",
    "expected_complexity",
    "expected_deviation",
    "expected_disjointedness",
    "expected_train_fidelity",
    "explainability_bound",
    "explainability_sweep",
    "fidelity_from_hessian",
    "gaussian_fidelity",
    "gaussian_mirrored_fit",
    "heavy_tail_disjointedness",
    "heavy_tail_exponent",
    "kernel_efficiency",
    "kernel_scale",
    "kink_rate",
    "label_scaled_points",
    "leave_one_out_mnf",
    "left_out_deviation",
    "left_out_disjointedness",
    "line_disjointedness",
    "line_disjointedness_bound",
    "line_mirrored_fidelity",
    "linear_complexity",
    "local_fit_by_quadrature",
    "mirrored_errors",
    "mirrored_fit",
    "mirrored_neighborhood_fidelity",
    "moment_disjointedness_bound",
    "neighbor_complexity",
    "neighborhood_fidelity",
    "paired_bernstein_interval",
    "penalty_for_norm_bound",
    "piecewise_linear_fidelity",
    "population_disjointedness",
    "published_fidelity",
    "quadratic_slope_variance",
    "ratio_variance_bound",
    "relu_network",
    "ridge_stability",
    "risk_bound",
    "separation_disjointedness_bound",
    "sparse_fidelity",
    "system_complexity",
    "transfer",
    "two_point_disjointedness",
    "uniform_disjointedness",
    "uniform_mirrored_fidelity",
    "uniform_risk_bounds",
]

# scikit-learn and matplotlib load with the names that need them.
if TYPE_CHECKING:
    from refgen.explainability._bound_result import (
        BoundForm,
        BoundTerm,
        ExplainabilityBound,
        ExplainabilitySweep,
    )
    from refgen.explainability.bounding import (
        explainability_bound,
        explainability_sweep,
    )
    from refgen.explainability.exact_fit import (
        exact_local_fit,
        relu_network,
    )
    from refgen.explainability.explainer import LocalLinearExplainer
    from refgen.explainability.explanation_display import LocalExplanationDisplay
    from refgen.explainability.fidelity_display import FidelityDisplay
    from refgen.explainability.fidelity_of_models import neighborhood_fidelity
    from refgen.explainability.sample_fidelity import (
        leave_one_out_mnf,
        mirrored_neighborhood_fidelity,
    )
    from refgen.explainability.scale_choice import best_scale
else:
    __getattr__, __dir__ = lazy(
        __name__,
        __all__,
        {
            "BoundForm": "_bound_result",
            "BoundTerm": "_bound_result",
            "ExplainabilityBound": "_bound_result",
            "ExplainabilitySweep": "_bound_result",
            "LocalExplanationDisplay": "explanation_display",
            "LocalLinearExplainer": "explainer",
            "FidelityDisplay": "fidelity_display",
            "exact_local_fit": "exact_fit",
            "explainability_bound": "bounding",
            "explainability_sweep": "bounding",
            "relu_network": "exact_fit",
            "best_scale": "scale_choice",
            "leave_one_out_mnf": "sample_fidelity",
            "mirrored_neighborhood_fidelity": "sample_fidelity",
            "neighborhood_fidelity": "fidelity_of_models",
        },
    )
