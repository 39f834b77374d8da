"""Uniform convergence: counterexamples, what they defeat, what survives (UC-*)."""

from typing import TYPE_CHECKING

from refgen._lazy import lazy
from refgen.uniform_convergence._audit_result import (
    AuditedSample,
    SampleBound,
    UniformConvergenceAudit,
)
from refgen.uniform_convergence._certificate_result import RiskCertificate
from refgen.uniform_convergence._norm_results import LayerNorms, NormBound, NormBounds
from refgen.uniform_convergence.all_wrong import (
    log_probability_not_all_wrong,
    probability_all_wrong,
)
from refgen.uniform_convergence.appended_biases import append_biases
from refgen.uniform_convergence.brackets import uniform_convergence_bracket
from refgen.uniform_convergence.certificates import (
    affordable_divergence,
    held_out_bound,
    occam_bound,
    pac_bayes_constant,
    pac_bayes_kl,
)
from refgen.uniform_convergence.coupling import coupled_noise
from refgen.uniform_convergence.critical import (
    critical_signal,
    least_dimensions,
    limit_bracket,
    negation_dimensions,
)
from refgen.uniform_convergence.direction import ray_descent
from refgen.uniform_convergence.divergence_floors import (
    information_floor,
    transformed_divergence_floor,
)
from refgen.uniform_convergence.errors import expected_errors, log_expected_errors
from refgen.uniform_convergence.explicit import sufficient_dimension
from refgen.uniform_convergence.exponential_bounds import (
    exponential_cap_bounds,
    exponential_error_bracket,
    exponential_logarithmic_bounds,
    exponential_moment_bounds,
)
from refgen.uniform_convergence.exponential_example import (
    ExponentialExample,
    exponential_moments,
)
from refgen.uniform_convergence.exponential_network import (
    draw_exponential_margins,
    exponential_scores,
    log_exponential_kernel,
)
from refgen.uniform_convergence.exponents import error_exponents
from refgen.uniform_convergence.finite_fields import (
    field_tradeoff,
    field_tradeoff_floor,
)
from refgen.uniform_convergence.gap import dimension_for_gap, generalization_gap
from refgen.uniform_convergence.gibbs import gaussian_divergence, gibbs_error
from refgen.uniform_convergence.growth_slopes import GrowthSlope, growth_slope
from refgen.uniform_convergence.hyperspheres import draw_hyperspheres, swap_radii
from refgen.uniform_convergence.kl import bernoulli_kl, kl_inverse, kl_lower_inverse
from refgen.uniform_convergence.leave_one_out import left_out_error, left_out_margins
from refgen.uniform_convergence.levels import coupling_level, isoperimetric_level
from refgen.uniform_convergence.limits import (
    best_negation_gap,
    limit_corrections,
    limit_errors,
    negation_gap,
)
from refgen.uniform_convergence.linear_example import LinearExample
from refgen.uniform_convergence.linear_sample import LinearSample
from refgen.uniform_convergence.losses import expected_loss, ramp_loss
from refgen.uniform_convergence.margins import draw_margin_summaries, draw_margins
from refgen.uniform_convergence.max_deviation import (
    log_max_deviation_sf,
    max_deviation_sf,
)
from refgen.uniform_convergence.near_initialization import (
    near_initialization_bound,
    origin_ball_bound,
)
from refgen.uniform_convergence.network_bounds import norm_bounds
from refgen.uniform_convergence.noise import asymmetry_p_value, with_noise
from refgen.uniform_convergence.norm_ball import (
    gaussian_margin_bound,
    norm_ball_complexity,
    norm_ball_margin_bound,
)
from refgen.uniform_convergence.norm_comparison import (
    perturbation_bound,
    perturbation_constant,
    two_thirds_norm,
    width_factor,
)
from refgen.uniform_convergence.norm_floor import NormBoundFloor, norm_bound_floor
from refgen.uniform_convergence.pac_bayes_linear import (
    data_free_floor,
    least_pac_bayes_certificate,
    pac_bayes_certificate,
    pac_bayes_threshold,
)
from refgen.uniform_convergence.pairs import certified_gap, certified_pairs
from refgen.uniform_convergence.phases import phase_diagram
from refgen.uniform_convergence.prequential import (
    PrequentialDistance,
    noisy_squared_distance,
    prequential_distance,
)
from refgen.uniform_convergence.published_norms import published_growth
from refgen.uniform_convergence.quadratic_errors import (
    quadratic_bounds,
    quadratic_test_error,
)
from refgen.uniform_convergence.quadratic_forms import log_negative_mass
from refgen.uniform_convergence.quadratic_sphere import (
    QuadraticSphere,
    draw_quadratic_margins,
    quadratic_matrix,
    quadratic_moments,
)
from refgen.uniform_convergence.quantiles import test_error_quantile
from refgen.uniform_convergence.rademacher import output_rademacher
from refgen.uniform_convergence.ramp import ramp_limits
from refgen.uniform_convergence.sphere_caps import (
    cap_bound,
    cap_probability,
    log_sphere_mean,
)
from refgen.uniform_convergence.surrogate import (
    surrogate_error,
    surrogate_radius,
    surrogate_spread,
)
from refgen.uniform_convergence.transfer import (
    expected_transfer_bound,
    smallest_uniform_gap,
    transfer_bound,
)
from refgen.uniform_convergence.two_worlds import two_worlds_floor
from refgen.uniform_convergence.vc import realized_labelings, vc_bound

__all__ = [
    "AuditedSample",
    "BoundGrowth",
    "BoundGrowthDisplay",
    "ExponentialExample",
    "GrowthSlope",
    "LayerNorms",
    "LinearExample",
    "LinearSample",
    "NormBound",
    "NormBoundFloor",
    "NormBounds",
    "PhaseDiagramDisplay",
    "PrequentialDistance",
    "QuadraticSphere",
    "RiskCertificate",
    "SampleBound",
    "UniformConvergenceAudit",
    "affordable_divergence",
    "append_biases",
    "asymmetry_p_value",
    "audit",
    "bernoulli_kl",
    "best_negation_gap",
    "cap_bound",
    "cap_probability",
    "certified_gap",
    "certified_pairs",
    "certify_risk",
    "coupled_noise",
    "coupling_level",
    "critical_signal",
    "data_free_floor",
    "dimension_for_gap",
    "draw_exponential_margins",
    "draw_hyperspheres",
    "draw_margin_summaries",
    "draw_margins",
    "draw_quadratic_margins",
    "error_exponents",
    "expected_errors",
    "expected_loss",
    "expected_transfer_bound",
    "exponential_cap_bounds",
    "exponential_error_bracket",
    "exponential_logarithmic_bounds",
    "exponential_moment_bounds",
    "exponential_moments",
    "exponential_scores",
    "field_tradeoff",
    "field_tradeoff_floor",
    "gaussian_divergence",
    "gaussian_margin_bound",
    "generalization_gap",
    "gibbs_error",
    "growth_slope",
    "held_out_bound",
    "information_floor",
    "isoperimetric_level",
    "kl_inverse",
    "kl_lower_inverse",
    "least_dimensions",
    "least_pac_bayes_certificate",
    "left_out_error",
    "left_out_margins",
    "limit_bracket",
    "limit_corrections",
    "limit_errors",
    "log_expected_errors",
    "log_exponential_kernel",
    "log_max_deviation_sf",
    "log_negative_mass",
    "log_probability_not_all_wrong",
    "log_sphere_mean",
    "max_deviation_sf",
    "near_initialization_bound",
    "negation_dimensions",
    "negation_gap",
    "noisy_squared_distance",
    "norm_ball_complexity",
    "norm_ball_margin_bound",
    "norm_bound_floor",
    "norm_bound_growth",
    "norm_bounds",
    "occam_bound",
    "origin_ball_bound",
    "output_rademacher",
    "pac_bayes_certificate",
    "pac_bayes_constant",
    "pac_bayes_kl",
    "pac_bayes_threshold",
    "perturbation_bound",
    "perturbation_constant",
    "phase_diagram",
    "prequential_distance",
    "probability_all_wrong",
    "published_growth",
    "quadratic_bounds",
    "quadratic_matrix",
    "quadratic_moments",
    "quadratic_test_error",
    "ramp_limits",
    "ramp_loss",
    "ray_descent",
    "realized_labelings",
    "smallest_uniform_gap",
    "sufficient_dimension",
    "surrogate_error",
    "surrogate_radius",
    "surrogate_spread",
    "swap_radii",
    "test_error_quantile",
    "transfer_bound",
    "transformed_divergence_floor",
    "two_thirds_norm",
    "two_worlds_floor",
    "uniform_convergence_bracket",
    "vc_bound",
    "width_factor",
    "with_noise",
]

# scikit-learn and matplotlib load with the names that need them.
if TYPE_CHECKING:
    from refgen.uniform_convergence.auditing import audit
    from refgen.uniform_convergence.bound_growth import BoundGrowth, norm_bound_growth
    from refgen.uniform_convergence.bound_growth_display import BoundGrowthDisplay
    from refgen.uniform_convergence.certify import certify_risk
    from refgen.uniform_convergence.phase_diagram_display import PhaseDiagramDisplay
else:
    __getattr__, __dir__ = lazy(
        __name__,
        __all__,
        {
            "BoundGrowth": "bound_growth",
            "BoundGrowthDisplay": "bound_growth_display",
            "PhaseDiagramDisplay": "phase_diagram_display",
            "audit": "auditing",
            "certify_risk": "certify",
            "norm_bound_growth": "bound_growth",
        },
    )
