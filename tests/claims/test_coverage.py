"""Formulas and claims meet: what cites a claim is called when it is measured.

Which functions are called is traced, as each claim is measured on its pinned examples
and on a few drawn instances.
"""

import importlib
import inspect
import re

import pytest
from support.tracing import calls_of_claims

import refgen
from refgen.claims import all_claims
from refgen.theories import THEORIES

IDS = {claim.id for claim in all_claims()}

# Packages of formulas that are not theories. refgen.intervals is not among them: it
# decides claims, so no claim can be about it; tests/intervals has its exact coverage.
FOUNDATIONS = ("linalg", "neighbors", "special")

# Public names that no claim measures, by kind, with the reason.
PROCEDURES = "trains models; its parts are claims, and tests compare it with loops"
CURVES = "asks models and draws; its parts are claims, and tests compare it with loops"
ON_FILES = "reads files"
DRAWN = "draws a picture"
RESULT = "holds numbers that others computed"
SAMPLES = "draws samples; its test checks their law"
TOOL = "a tool that no theorem needs; its tests compare it with SciPy or LAPACK"
MODELS = "reads a fitted model; tests compare it with what scikit-learn predicts"
CURVES = "curves of measures that are claims"
ELSEWHERE = {
    "disagreement.AuditedBound": RESULT,
    "disagreement.DisagreementAudit": RESULT,
    "disagreement.DisagreementDisplay": DRAWN,
    "disagreement.DisagreementErrorEstimator": PROCEDURES,
    "disagreement.DisagreementEstimate": RESULT,
    "disagreement.SparseLevelsWarning": "a warning",
    "disagreement.read_labels": ON_FILES,
    "disagreement.read_predictions": ON_FILES,
    "disagreement.train_runs": PROCEDURES,
    "distillation.AuditedBound": RESULT,
    "distillation.ConfidenceSlope": RESULT,
    "distillation.DistillationVerdict": RESULT,
    "distillation.DistilledClassifier": PROCEDURES,
    "distillation.DistilledRegressor": PROCEDURES,
    "distillation.EigenspaceReport": RESULT,
    "distillation.SelfDistilledRidge": PROCEDURES,
    "distillation.SpectralFilterRegressor": PROCEDURES,
    "distillation.StudentTeacherDeviation": RESULT,
    "distillation.distillation_pays": PROCEDURES,
    "distillation.ConfidenceDisplay": DRAWN,
    "distillation.EigenspaceDisplay": DRAWN,
    "explainability.FidelityDisplay": DRAWN,
    "explainability.disjointedness_growth": CURVES,
    "explainability.exact_local_fit": MODELS,
    "explainability.published_fidelity": "figures that others published",
    "explainability.relu_network": MODELS,
    "explainability.BoundForm": RESULT,
    "explainability.BoundTerm": RESULT,
    "explainability.ExplainabilityBound": RESULT,
    "explainability.ExplainabilitySweep": RESULT,
    "explainability.best_scale": CURVES,
    "explainability.drawn_fidelity": "a simulation would cost more than its test",
    "explainability.leave_one_out_mnf": CURVES,
    "explainability.mirrored_neighborhood_fidelity": CURVES,
    "explainability.neighborhood_fidelity": CURVES,
    "explainability.LocalExplanationDisplay": DRAWN,
    "explainability.LocalLinearExplainer": PROCEDURES,
    "explainability.explainability_bound": PROCEDURES,
    "explainability.explainability_sweep": PROCEDURES,
    "linalg.solve_positive": TOOL,
    "networks.Architecture": "a word and two numbers",
    "networks.Ensemble": RESULT,
    "networks.TrainingWarning": "a warning",
    "networks.TwoLayerClassifier": PROCEDURES,
    "networks.TwoLayerRegressor": PROCEDURES,
    "networks.from_sklearn": MODELS,
    "networks.load_ensemble": ON_FILES,
    "networks.snapshots": PROCEDURES,
    "resmem.MemorizationVerdict": RESULT,
    "resmem.ResMemDisplay": DRAWN,
    "resmem.ResMemClassifier": PROCEDURES,
    "resmem.ResMemRegressor": PROCEDURES,
    "resmem.memorization_pays": PROCEDURES,
    "uniform_convergence.draw_margin_summaries": "what draw_margins gives, summed up",
    "uniform_convergence.LayerNorms": RESULT,
    "uniform_convergence.NormBound": RESULT,
    "uniform_convergence.NormBoundFloor": RESULT,
    "uniform_convergence.NormBounds": RESULT,
    "uniform_convergence.AuditedSample": RESULT,
    "uniform_convergence.SampleBound": RESULT,
    "uniform_convergence.UniformConvergenceAudit": RESULT,
    "uniform_convergence.audit": PROCEDURES,
    "uniform_convergence.with_noise": TOOL,
    "uniform_convergence.PrequentialDistance": RESULT,
    "uniform_convergence.BoundGrowth": RESULT,
    "uniform_convergence.BoundGrowthDisplay": DRAWN,
    "uniform_convergence.GrowthSlope": RESULT,
    "uniform_convergence.growth_slope": TOOL,
    "uniform_convergence.norm_bound_growth": PROCEDURES,
    "uniform_convergence.norm_bounds": PROCEDURES,
    "uniform_convergence.published_growth": "figures that others published",
    "special.beta_binomial_pmf": TOOL,
    "special.normal_density": TOOL,
    "uniform_convergence.RiskCertificate": RESULT,
    "uniform_convergence.certify_risk": PROCEDURES,
    "uniform_convergence.draw_hyperspheres": SAMPLES,
    "uniform_convergence.PhaseDiagramDisplay": DRAWN,
}


def formulas():
    """Public functions and those of public classes: (package.name, function)."""
    for package in (*THEORIES, *FOUNDATIONS):
        module = importlib.import_module(f"refgen.{package}")
        for name in module.__all__:
            if f"{package}.{name}" in ELSEWHERE:
                continue
            value = getattr(module, name)
            if inspect.isclass(value):
                yield from methods(f"{package}.{name}", value)
            else:
                yield f"{package}.{name}", inspect.unwrap(value)


def methods(prefix, cls):
    """Functions that the class itself defines for its users."""
    for name, value in vars(cls).items():
        if isinstance(value, property):
            value = value.fget
        if isinstance(value, classmethod | staticmethod):
            value = value.__func__
        if inspect.isfunction(value) and not name.startswith("_"):
            yield f"{prefix}.{name}", value


FORMULAS = dict(formulas())


@pytest.fixture(scope="module")
def calls():
    return calls_of_claims(refgen)


def place(function):
    return function.__module__, function.__qualname__


def cited(function):
    """Ids of claims in the docstring; "GDE-17 to GDE-19" cites the two."""
    found = re.findall(r"\b[A-Z]+-\d+\w*", inspect.getdoc(function) or "")
    return dict.fromkeys(found)


# One test for all names: claims are measured once, by one worker.
def test_what_cites_a_claim_is_called_when_it_is_measured(calls):
    cites = [(name, id) for name, f in FORMULAS.items() for id in cited(f)]
    assert [pair for pair in cites if pair[1] not in IDS] == [], "cite no claim"
    wrong = [(name, id) for name, id in cites if place(FORMULAS[name]) not in calls[id]]
    assert wrong == [], (
        "these functions cite claims, and are not called when they are measured: let "
        "the claims call them, or cite those that do"
    )


def test_every_public_formula_is_called_by_a_claim(calls):
    called = set().union(*calls.values())
    missing = [name for name, f in FORMULAS.items() if place(f) not in called]
    assert missing == [], (
        "no claim calls these: state what they compute as claims, or say above of "
        "which kind they are"
    )


def test_names_that_are_left_out_exist():
    for name in ELSEWHERE:
        package, _, public = name.partition(".")
        assert public in importlib.import_module(f"refgen.{package}").__all__
