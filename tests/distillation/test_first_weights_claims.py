"""KD-20f: networks that learn from a teacher's probabilities."""

import numpy as np

import refgen
from refgen.claims.distillation.trained_networks import _Runs
from refgen.claims.sampled import Draws
from refgen.distillation import LabelNoiseModel
from refgen.random import Stream


def test_a_student_that_begins_as_its_teacher_stays_as_it_is():
    model = LabelNoiseModel(*(np.array(n) for n in (17, 3, 1.0, 1.0)))
    runs = _Runs(refgen, model, Draws(Stream(0), 3))
    teacher = runs.trained(runs.first("first"), (runs.given + 1) / 2, 5)
    student = runs.trained(teacher.networks, runs.chances(teacher), 20)
    assert abs(runs.scores(teacher)).max() > 0.1
    np.testing.assert_allclose(
        runs.scores(student), runs.scores(teacher), rtol=0, atol=1e-12
    )
