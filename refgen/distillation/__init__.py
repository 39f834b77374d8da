"""Distillation in the eigenspace of gradient descent (claims KD-*)."""

from typing import TYPE_CHECKING

from refgen._bounds import AuditedBound
from refgen._lazy import lazy
from refgen.distillation._deviation_result import (
    StudentTeacherDeviation,
)
from refgen.distillation.best_mixing import (
    cp_mixing,
    mixing_gain,
    optimal_mixing,
)
from refgen.distillation.bias import (
    exaggeration,
    exaggeration_bounds,
)
from refgen.distillation.confidence import (
    ConfidenceSlope,
    confidence_logits,
    confidence_slope,
)
from refgen.distillation.constrained import (
    constrained_filter,
    constrained_rounds,
    count_constrained_rounds,
)
from refgen.distillation.constrained_bounds import (
    constrained_penalty_bounds,
    constrained_round_bounds,
)
from refgen.distillation.constrained_problem import (
    ConstrainedProblem,
    label_ratio,
)
from refgen.distillation.cross_entropy import (
    cross_entropy_student,
    cross_entropy_teacher,
)
from refgen.distillation.decomposition import (
    DesignSpectrum,
)
from refgen.distillation.deviation import (
    student_teacher_deviation,
)
from refgen.distillation.eigenspace import (
    EigenspaceReport,
    eigenspace_report,
)
from refgen.distillation.filters import (
    distilled_filter,
    gradient_descent_filter,
    gradient_flow_filter,
    iterated_ridge_filter,
    ridge_filter,
)
from refgen.distillation.general_risk import (
    filter_matrix,
    out_of_sample_risk,
)
from refgen.distillation.label_noise import (
    LabelNoiseModel,
)
from refgen.distillation.label_noise_fits import (
    LabelNoiseFit,
    accuracy_of_fit,
    label_noise_fit,
    slope_of_fits,
)
from refgen.distillation.label_noise_outcomes import (
    label_noise_accuracy,
    label_noise_slope,
    noiseless_accuracy,
)
from refgen.distillation.label_noise_times import (
    exaggeration_time,
    filter_ratio,
    noise_fitting_time,
    steepest_student_time,
    winning_student_time,
)
from refgen.distillation.left_out import (
    flow_left_out_residuals,
    leave_one_out_mixing,
    leave_one_out_residuals,
)
from refgen.distillation.logistic import (
    hard_label_margin,
    logistic_limit,
)
from refgen.distillation.logistic_bounds import (
    gaussian_transfer_risk_bounds,
    rotation_transfer_bound,
    teacher_angles,
    transfer_risk_bounds,
)
from refgen.distillation.logistic_risk import (
    directed_transfer_risk,
    gaussian_transfer_risk,
    mixture_transfer_risk,
)
from refgen.distillation.matching import (
    equivalent_time,
    gradient_descent_rates,
    lost_time,
    stopping_times,
)
from refgen.distillation.measures import (
    agreement,
    churn,
    flip_divergence,
    predictive_kl,
)
from refgen.distillation.mixing import (
    mixed_filter,
    mixed_penalty,
    one_student_oracle,
)
from refgen.distillation.oracle import (
    optimal_label_weight,
    oracle_rounds,
)
from refgen.distillation.penalties import (
    equivalent_penalty,
    repeated_penalty,
)
from refgen.distillation.problem import (
    SpectralProblem,
    signal_to_noise,
)
from refgen.distillation.risk import (
    flow_risk_change,
    risk_change,
    spectral_risk,
    tolerated_correlation,
    wiener_filter,
)
from refgen.distillation.rounds import (
    gumbel_profile,
    repeated_filter,
    repeated_flow_filter,
    threshold_bounds,
    threshold_time,
)
from refgen.distillation.schedules import (
    equal_rounds_time,
    flow_attenuation,
    ridge_attenuation,
    scheduled_flow_filter,
)
from refgen.distillation.slopes import (
    exaggeration_share,
    independent_feature_slope,
    logit_slope,
    part_shares,
    slope_of_parts,
)
from refgen.distillation.stopping import (
    direction_stopping_times,
    optimal_pair,
    optimal_stopping,
    optimal_student,
    self_distillation_can_pay,
)
from refgen.distillation.wiener import (
    coincident_gain,
    mixing_excess,
    oracle_mixing,
)

__all__ = [
    "AuditedBound",
    "ConfidenceDisplay",
    "ConfidenceSlope",
    "ConstrainedProblem",
    "DesignSpectrum",
    "DistillationVerdict",
    "DistilledClassifier",
    "DistilledRegressor",
    "EigenspaceDisplay",
    "EigenspaceReport",
    "LabelNoiseFit",
    "LabelNoiseModel",
    "SelfDistilledRidge",
    "SpectralFilterRegressor",
    "SpectralProblem",
    "StudentTeacherDeviation",
    "accuracy_of_fit",
    "agreement",
    "churn",
    "coincident_gain",
    "confidence_logits",
    "confidence_slope",
    "constrained_filter",
    "constrained_penalty_bounds",
    "constrained_round_bounds",
    "constrained_rounds",
    "count_constrained_rounds",
    "cp_mixing",
    "cross_entropy_student",
    "cross_entropy_teacher",
    "directed_transfer_risk",
    "direction_stopping_times",
    "distillation_pays",
    "distilled_filter",
    "eigenspace_report",
    "equal_rounds_time",
    "equivalent_penalty",
    "equivalent_time",
    "exaggeration",
    "exaggeration_bounds",
    "exaggeration_share",
    "exaggeration_time",
    "filter_matrix",
    "filter_ratio",
    "flip_divergence",
    "flow_attenuation",
    "flow_left_out_residuals",
    "flow_risk_change",
    "gaussian_transfer_risk",
    "gaussian_transfer_risk_bounds",
    "gradient_descent_filter",
    "gradient_descent_rates",
    "gradient_flow_filter",
    "gumbel_profile",
    "hard_label_margin",
    "independent_feature_slope",
    "iterated_ridge_filter",
    "label_noise_accuracy",
    "label_noise_fit",
    "label_noise_slope",
    "label_ratio",
    "leave_one_out_mixing",
    "leave_one_out_residuals",
    "logistic_limit",
    "logit_slope",
    "lost_time",
    "mixed_filter",
    "mixed_penalty",
    "mixing_excess",
    "mixing_gain",
    "mixture_transfer_risk",
    "noise_fitting_time",
    "noiseless_accuracy",
    "one_student_oracle",
    "optimal_label_weight",
    "optimal_mixing",
    "optimal_pair",
    "optimal_stopping",
    "optimal_student",
    "oracle_mixing",
    "oracle_rounds",
    "out_of_sample_risk",
    "part_shares",
    "predictive_kl",
    "repeated_filter",
    "repeated_flow_filter",
    "repeated_penalty",
    "ridge_attenuation",
    "ridge_filter",
    "risk_change",
    "rotation_transfer_bound",
    "scheduled_flow_filter",
    "self_distillation_can_pay",
    "signal_to_noise",
    "slope_of_fits",
    "slope_of_parts",
    "spectral_risk",
    "steepest_student_time",
    "stopping_times",
    "student_teacher_deviation",
    "teacher_angles",
    "threshold_bounds",
    "threshold_time",
    "tolerated_correlation",
    "transfer_risk_bounds",
    "wiener_filter",
    "winning_student_time",
]

# scikit-learn and matplotlib load with the names that need them.
if TYPE_CHECKING:
    from refgen.distillation.confidence_display import (
        ConfidenceDisplay,
    )
    from refgen.distillation.distilled_classifier import (
        DistilledClassifier,
    )
    from refgen.distillation.distilled_regressor import (
        DistilledRegressor,
    )
    from refgen.distillation.eigenspace_display import (
        EigenspaceDisplay,
    )
    from refgen.distillation.pays import (
        DistillationVerdict,
        distillation_pays,
    )
    from refgen.distillation.self_distilled import (
        SelfDistilledRidge,
    )
    from refgen.distillation.spectral_regressor import (
        SpectralFilterRegressor,
    )
else:
    __getattr__, __dir__ = lazy(
        __name__,
        __all__,
        {
            "ConfidenceDisplay": "confidence_display",
            "DistillationVerdict": "pays",
            "DistilledClassifier": "distilled_classifier",
            "DistilledRegressor": "distilled_regressor",
            "EigenspaceDisplay": "eigenspace_display",
            "SelfDistilledRidge": "self_distilled",
            "SpectralFilterRegressor": "spectral_regressor",
            "distillation_pays": "pays",
        },
    )
