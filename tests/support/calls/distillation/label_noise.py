"""Calls of confidence slopes and of the model of label noise."""

import numpy as np

import refgen.distillation as kd
from support.calls import endless


def logits(draws, d):
    teacher = draws.child("teacher").normal((3, d + 3))
    return teacher, draws.child("student").normal((3, d + 3)), weights(draws, d)


def weights(draws, d):
    return 0.1 + draws.child("weights").uniform((3, d + 3))


def parts(draws, d):
    return draws.child("parts").normal((3, d, d + 3)), weights(draws, d)


def model(draws):
    """Four models; some fit flipped labels from the start."""
    flipped = 1.0 + draws.child("flipped").integers(5, 4)
    return kd.LabelNoiseModel(
        flipped + 1 + draws.child("clean").integers(20, 4),
        flipped,
        0.05 + draws.child("shared").exponential(4),
        0.05 + draws.child("private").exponential(4),
    )


def times(draws):
    return 0.05 + draws.child("time").exponential(4)


def noise(draws):
    return 0.2 + draws.child("noise").exponential(4)


def fitted(draws, name="dual"):
    return kd.LabelNoiseFit(model(draws), 0.1 + draws.child(name).exponential((4, 2)))


def away_from_ties(draws):
    """Teachers that are not undecided on flipped labels, and times of students."""
    fitted = kd.noise_fitting_time(model(draws))
    share = 0.5 + draws.child("share").uniform(4)
    share = np.where(abs(share - 1) < 0.05, 1.5, share)
    time = np.where(fitted > 0, share * fitted, 1.0)
    return model(draws), time, times(draws)


ARGUMENTS = {
    "LabelNoiseFit": lambda s, d: tuple(vars(fitted(s)).values()),
    "LabelNoiseModel": lambda s, d: tuple(vars(model(s)).values()),
    "accuracy_of_fit": lambda s, d: (fitted(s), noise(s)),
    "cross_entropy_student": lambda s, d: (fitted(s), times(s)),
    "cross_entropy_teacher": lambda s, d: (model(s), times(s)),
    "exaggeration_share": lambda s, d: (1 + s.uniform(d), s.child("r").uniform(d)),
    "exaggeration_time": lambda s, d: (model(s), times(s)),
    "filter_ratio": lambda s, d: (model(s), times(s)),
    "independent_feature_slope": lambda s, d: (
        s.uniform((3, d)),
        0.1 + s.child("b").uniform((3, d)),
        0.1 + s.child("spectrum").exponential((3, d)),
    ),
    "label_noise_accuracy": lambda s, d: (
        model(s), times(s), noise(s), s.child("student").exponential(4), d,
    ),
    "label_noise_fit": lambda s, d: (
        model(s), times(s), s.child("student").exponential(4),
    ),
    "label_noise_slope": lambda s, d: away_from_ties(s),
    "logit_slope": logits,
    "noise_fitting_time": lambda s, d: (model(s), times(s)),
    "noiseless_accuracy": lambda s, d: (model(s), noise(s)),
    "part_shares": parts,
    "slope_of_fits": lambda s, d: (fitted(s), fitted(s, "student")),
    "slope_of_parts": lambda s, d: (s.uniform((3, d)), s.child("share").normal((3, d))),
    "steepest_student_time": lambda s, d: (model(s), times(s)),
    "winning_student_time": lambda s, d: (model(s), times(s)),
}  # fmt: skip
MEANINGFUL = {
    **endless(
        "training to the end",
        *(
            (name, parameter)
            for name, parameters in {
                "cross_entropy_student": ("student_time",),
                "exaggeration_time": ("teacher_time",),
                "filter_ratio": ("time",),
                "label_noise_accuracy": ("teacher_time", "student_time"),
                "label_noise_fit": ("teacher_time", "student_time"),
                "label_noise_slope": ("student_time",),
                "noise_fitting_time": ("teacher_time",),
                "steepest_student_time": ("teacher_time",),
                "winning_student_time": ("teacher_time",),
            }.items()
            for parameter in parameters
        ),
    ),
    ("*", "weights", "none"): "equal weights",
}
INFINITE = {
    "noise_fitting_time": "a student that never fits flipped labels",
    "winning_student_time": "a teacher that was not trained at all",
}
RANGES = {
    "accuracy_of_fit": (0.0, 1.0),
    "exaggeration_time": (0.0, np.inf),
    "filter_ratio": (1.0, np.inf),
    "label_noise_accuracy": (0.5, 1.0),
    "label_noise_slope": (0.0, np.inf),
    "noise_fitting_time": (0.0, np.inf),
    "noiseless_accuracy": (0.5, 1.0),
    "steepest_student_time": (0.0, np.inf),
    "winning_student_time": (0.0, np.inf),
}
