"""Residual memorization: a base model plus k-NN on its residuals (claims RM-*)."""

from typing import TYPE_CHECKING

from refgen._lazy import lazy
from refgen._simplex import (
    project_on_simplex,
)
from refgen.resmem.averaging import (
    averaged_risk_limit,
    best_neighbors,
    memorization_gain,
    noisy_interval_risk,
    noisy_torus_risk,
)
from refgen.resmem.ball import (
    ball_boundary_limit,
    ball_distance_limit,
    ball_squared_distance,
    ball_squared_distance_bounds,
    break_even_n,
    recalled_risk_bound,
)
from refgen.resmem.ball_neighbors import (
    ball_displacement,
)
from refgen.resmem.displacement import (
    centre_displacement,
    displacement_limit,
    expected_interval_displacement,
    interval_displacement,
    torus_displacement,
    torus_distance_moment,
)
from refgen.resmem.linear_base import (
    asymptotic_excess_risk,
    ball_moments,
    base_risk,
    excess_risk_parts,
    irreducible_risk,
    irreducible_risk_bounds,
    irreducible_risk_slope,
    population_base,
)
from refgen.resmem.noise import (
    neighbor_agreement,
    noisy_base_risk,
    noisy_risk,
    noisy_slope,
)
from refgen.resmem.problem import (
    LinearProblem,
)
from refgen.resmem.risk import (
    decomposition_terms,
    displacement_matrix,
    fitted_risk_bounds,
    resmem_errors,
    resmem_risk,
    risk_bounds,
)
from refgen.resmem.selection import (
    leave_one_out_scores,
    without_self,
)
from refgen.resmem.simulation import (
    design_neighbors,
    displacement_matrices,
    displacements,
    sample_points,
)
from refgen.resmem.smoother import (
    at_neighbors,
    neighbor_weights,
    resmem_predictions,
    smooth,
)
from refgen.resmem.trained_base import (
    empirical_base,
)

__all__ = [
    "LinearProblem",
    "MemorizationVerdict",
    "ResMemClassifier",
    "ResMemDisplay",
    "ResMemRegressor",
    "asymptotic_excess_risk",
    "at_neighbors",
    "averaged_risk_limit",
    "ball_boundary_limit",
    "ball_displacement",
    "ball_distance_limit",
    "ball_moments",
    "ball_squared_distance",
    "ball_squared_distance_bounds",
    "base_risk",
    "best_neighbors",
    "break_even_n",
    "centre_displacement",
    "decomposition_terms",
    "design_neighbors",
    "displacement_limit",
    "displacement_matrices",
    "displacement_matrix",
    "displacements",
    "empirical_base",
    "excess_risk_parts",
    "expected_interval_displacement",
    "fitted_risk_bounds",
    "interval_displacement",
    "irreducible_risk",
    "irreducible_risk_bounds",
    "irreducible_risk_slope",
    "leave_one_out_scores",
    "memorization_gain",
    "memorization_pays",
    "neighbor_agreement",
    "neighbor_weights",
    "noisy_base_risk",
    "noisy_interval_risk",
    "noisy_risk",
    "noisy_slope",
    "noisy_torus_risk",
    "population_base",
    "project_on_simplex",
    "recalled_risk_bound",
    "resmem_errors",
    "resmem_predictions",
    "resmem_risk",
    "risk_bounds",
    "sample_points",
    "smooth",
    "torus_displacement",
    "torus_distance_moment",
    "without_self",
]

# scikit-learn and matplotlib load with the names that need them.
if TYPE_CHECKING:
    from refgen.resmem.display import ResMemDisplay
    from refgen.resmem.estimators import ResMemClassifier, ResMemRegressor
    from refgen.resmem.memorization import MemorizationVerdict, memorization_pays
else:
    __getattr__, __dir__ = lazy(
        __name__,
        __all__,
        {
            "MemorizationVerdict": "memorization",
            "ResMemClassifier": "estimators",
            "ResMemDisplay": "display",
            "ResMemRegressor": "estimators",
            "memorization_pays": "memorization",
        },
    )
