"""Tools that ask models."""

CASES = {}
ELSEWHERE = dict.fromkeys(
    (
        "best_scale",
        "leave_one_out_mnf",
        "mirrored_neighborhood_fidelity",
        "neighborhood_fidelity",
    ),
    "tests/explainability/test_model_fidelity.py: they ask models on the host",
)
