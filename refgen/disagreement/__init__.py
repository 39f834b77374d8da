"""Disagreement between runs, test error and calibration (claims GDE-*)."""

from typing import TYPE_CHECKING

from refgen._bounds import AuditedBound
from refgen._lazy import lazy
from refgen.disagreement._audit_result import DisagreementAudit
from refgen.disagreement._sparse_levels import SparseLevelsWarning
from refgen.disagreement.audits import audit
from refgen.disagreement.calibration import (
    bin_imbalances,
    bin_index,
    binned_cace,
    cace,
    cwce,
    ecace,
    expected_total_variation,
    is_class_aggregated_calibrated,
    is_class_wise_calibrated,
    is_top_label_calibrated,
    level_masses,
    level_range,
    top_label_ece,
    wasserstein_distance,
)
from refgen.disagreement.decompositions import (
    aleatoric_disagreement,
    cross_entropy,
    epistemic_disagreement,
    sampled_disagreement,
    vote_entropy,
)
from refgen.disagreement.dimensions import calibrated_dimensions
from refgen.disagreement.estimates import (
    DisagreementEstimate,
    disagreement,
    disagreement_estimate,
    ensemble_disagreement,
    jackknife_variance,
    unbiased_variance,
)
from refgen.disagreement.families import (
    BetaReliability,
    dirichlet_annealed_cace,
    dirichlet_concentration,
    dirichlet_disagreement,
)
from refgen.disagreement.files import read_labels, read_predictions
from refgen.disagreement.finite_sample import (
    annealed_cace,
    debiased_square,
    disagreement_variance,
    expected_jackknife_variance,
    finite_runs_floor,
    unbiased_squared_bins,
    variance_components,
)
from refgen.disagreement.hoeffding import hoeffding_radius
from refgen.disagreement.laws import ClassifierLaw, FiniteLaw, MemberLaw
from refgen.disagreement.noise_floors import (
    bin_variances,
    cace_noise_floor,
    expected_noise_floor,
    noise_floor_bound,
)
from refgen.disagreement.rates import (
    classifier_errors,
    expected_disagreement,
    gap,
    pairwise_disagreement,
    pointwise_gap,
    test_error,
)
from refgen.disagreement.spread import (
    disagreement_error_ratio,
    pairwise_variance_bound,
)
from refgen.disagreement.votes import (
    binned_ensemble_cace,
    empirical_law,
    ensemble_cace,
    ensemble_level_masses,
    vote_counts,
)

__all__ = [
    "AuditedBound",
    "BetaReliability",
    "ClassifierLaw",
    "DisagreementAudit",
    "DisagreementDisplay",
    "DisagreementErrorEstimator",
    "DisagreementEstimate",
    "FiniteLaw",
    "MemberLaw",
    "SparseLevelsWarning",
    "aleatoric_disagreement",
    "annealed_cace",
    "audit",
    "bin_imbalances",
    "bin_index",
    "bin_variances",
    "binned_cace",
    "binned_ensemble_cace",
    "cace",
    "cace_noise_floor",
    "calibrated_dimensions",
    "classifier_errors",
    "cross_entropy",
    "cwce",
    "debiased_square",
    "dirichlet_annealed_cace",
    "dirichlet_concentration",
    "dirichlet_disagreement",
    "disagreement",
    "disagreement_error_ratio",
    "disagreement_estimate",
    "disagreement_variance",
    "ecace",
    "empirical_law",
    "ensemble_cace",
    "ensemble_disagreement",
    "ensemble_level_masses",
    "epistemic_disagreement",
    "expected_disagreement",
    "expected_jackknife_variance",
    "expected_noise_floor",
    "expected_total_variation",
    "finite_runs_floor",
    "gap",
    "hoeffding_radius",
    "is_class_aggregated_calibrated",
    "is_class_wise_calibrated",
    "is_top_label_calibrated",
    "jackknife_variance",
    "level_masses",
    "level_range",
    "network_runs",
    "noise_floor_bound",
    "pairwise_disagreement",
    "pairwise_variance_bound",
    "pointwise_gap",
    "read_labels",
    "read_predictions",
    "sampled_disagreement",
    "test_error",
    "top_label_ece",
    "train_runs",
    "unbiased_squared_bins",
    "unbiased_variance",
    "variance_components",
    "vote_counts",
    "vote_entropy",
    "wasserstein_distance",
]

# scikit-learn, matplotlib and Numba load with the names that need them.
if TYPE_CHECKING:
    from refgen.disagreement.display import DisagreementDisplay
    from refgen.disagreement.estimators import DisagreementErrorEstimator
    from refgen.disagreement.network_protocols import network_runs
    from refgen.disagreement.protocols import train_runs
else:
    __getattr__, __dir__ = lazy(
        __name__,
        __all__,
        {
            "DisagreementDisplay": "display",
            "DisagreementErrorEstimator": "estimators",
            "network_runs": "network_protocols",
            "train_runs": "protocols",
        },
    )
