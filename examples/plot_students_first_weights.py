"""
When do students of networks exaggerate their teacher's confidence?
====================================================================

Three of 20 training labels are flipped. All points share a feature, and each has one of
its own, which serves to memorize. For linear models the confidence slope of a student,
how its logits on the training points grow with those of its teacher, is known exactly
(KD-16, KD-17). Here 200 networks of 32 ReLU neurons, of which both layers are trained,
are asked the same (KD-20f); bands hold the middle 80 % of them.

Left, logistic loss. Students that start with the first weights of their teacher have
slopes above 1 from a few steps on, and come down to 1, as in the linear model. Those of
students that start elsewhere fall below 1 after 14 steps: what the teacher's own first
weights left in its logits is noise to them, and noise in the abscissa flattens a line.
"Students exaggerate" and "students do not exaggerate" are both true of trained
networks; it depends on where they start.

Right, squared loss, and students that start where their teacher started. Teachers that
were trained for longer are further to the right; at 0 they begin to fit the flipped
labels. There the exact slope jumps from below 1 to above it, and then it rises (KD-28).
Linear networks that were trained, the dots, are on the line (KD-16n). The slope of
the median ReLU network crosses 1 at the same place, but gradually: such networks have
flipped labels that are fitted while others are not yet.
"""

import importlib.util

import numpy as np

from refgen.distillation import (
    LabelNoiseModel,
    cross_entropy_student,
    cross_entropy_teacher,
    label_noise_fit,
    logit_slope,
    slope_of_fits,
)
from refgen.networks import (
    Architecture,
    TwoLayerNetworks,
    initial_networks,
    snapshots,
)
from refgen.random import Stream

N, N_FLIPPED, N_NETWORKS, N_HIDDEN = 20, 3, 200, 32
MODEL = LabelNoiseModel(N - N_FLIPPED, N_FLIPPED, 1.0, 1.0)
LABELS = np.where(np.arange(N) % 2, -1.0, 1.0)
GIVEN = np.where(np.arange(N) < N_FLIPPED, -LABELS, LABELS)
X = np.concatenate([LABELS[:, None], np.eye(N)], axis=1)
STREAM = Stream(0, "students")

# Left: steps of the teacher, and of its students.
LOGISTIC_STEP, TEACHER_STEPS = 2.0, 30
STUDENT_STEPS = [3, 4, 5, 7, 10, 14, 20, 28, 40, 56, 80, 113, 160]
# Right: steps of teachers, and of each student.
SQUARED_STEP, SQUARED_STUDENT = 0.2, 40
FIRST_TEACHERS = [8, 10, 12, 14, 17, 20, 25, 32, 45, 60]
LINEAR_STEP, LINEAR_TEACHERS, LINEAR_STUDENT = 0.2, [30, 45, 65, 75, 90, 120, 180], 100


def first_weights(name):
    stream = STREAM.child(name)
    return initial_networks(stream, N + 1, N_HIDDEN, 1, n_members=N_NETWORKS)


def scores_after(counts, targets, first, loss, step_size, **options):
    """On the training points after numbers of steps, (n_counts, n_networks, n)."""
    path = snapshots(
        X,
        targets[..., None],
        STREAM,
        counts,
        n_members=len(first.output_biases),
        initial=first,
        loss=loss,
        batch_size=None,
        shuffle=False,
        step_size=step_size,
        **options,
    )
    return np.stack([ensemble.outputs(X)[..., 0] for ensemble in path])


def slopes_by_steps():
    """Of students, (n_steps, n_networks), by where they start."""
    starts = {"there": first_weights("teacher"), "elsewhere": first_weights("student")}
    how = "logistic", LOGISTIC_STEP
    labels = (GIVEN + 1) / 2
    (teacher,) = scores_after([TEACHER_STEPS], labels, starts["there"], *how)
    chances = 1 / (1 + np.exp(-teacher))
    return {
        name: logit_slope(teacher, scores_after(STUDENT_STEPS, chances, first, *how))
        for name, first in starts.items()
    }


def exact_slopes(steps):
    """Of the linear model, after as many steps of the sum of losses."""
    step = LOGISTIC_STEP / N
    teacher = cross_entropy_teacher(MODEL, step * TEACHER_STEPS)
    return slope_of_fits(teacher, cross_entropy_student(teacher, step * steps))


def margins_and_slopes(teachers, student_steps, first, step_size, **options):
    """Mean margins of flipped labels, and slopes, (n_teachers, n_networks)."""
    how = "squared", step_size
    scores = scores_after(teachers, GIVEN, first, *how, **options)
    slopes = []
    for teacher in scores:
        (student,) = scores_after([student_steps], teacher, first, *how, **options)
        slopes.append(logit_slope(teacher, student))
    return (GIVEN * scores)[..., :N_FLIPPED].mean(axis=-1), np.stack(slopes)


def linear_networks():
    """Of which the output layer is trained, from 0: one network."""
    d = N + 1
    first = TwoLayerNetworks(
        np.eye(d)[None],
        np.zeros((1, d)),
        np.zeros((1, d, 1)),
        np.zeros((1, 1)),
        Architecture("linear"),
    )
    options = {"bias": False, "train_hidden": False}
    return margins_and_slopes(
        LINEAR_TEACHERS, LINEAR_STUDENT, first, LINEAR_STEP, **options
    )


def exact_transition(times):
    """Margins of flipped labels, and slopes, of gradient flow."""
    step = LINEAR_STEP / N
    teacher = label_noise_fit(MODEL, times)
    student = label_noise_fit(MODEL, times, step * LINEAR_STUDENT)
    return teacher.margins[:, 1], slope_of_fits(teacher, student)


def band(ax, x, slopes, color, label):
    """Medians, and the middle 80 % of networks."""
    low, middle, high = np.quantile(slopes, (0.1, 0.5, 0.9), axis=1)
    ax.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0)
    ax.plot(x, middle, color=color, label=label)


def draw(by_steps, transition, linear):
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
    band(left, STUDENT_STEPS, by_steps["there"], "C0", "ReLU, teacher's first weights")
    band(
        left,
        STUDENT_STEPS,
        by_steps["elsewhere"],
        "C1",
        "ReLU, first weights of its own",
    )
    fine = np.geomspace(STUDENT_STEPS[0], STUDENT_STEPS[-1], 60)
    left.plot(fine, exact_slopes(fine), "k--", linewidth=1, label="linear model, exact")
    left.set(
        xscale="log",
        xlabel="steps of the student",
        title="Logistic loss",
        ylim=(0.75, 1.55),
    )
    left.set_xticks([3, 10, 30, 100], ["3", "10", "30", "100"])
    left.minorticks_off()
    margins, slopes = transition
    band(right, margins.mean(axis=1), slopes, "C0", "ReLU, teacher's first weights")
    for times in (np.linspace(0.15, 0.53, 30), np.linspace(0.54, 2.0, 60)):
        right.plot(*exact_transition(times), "k--", linewidth=1)
    right.plot([], [], "k--", linewidth=1, label="linear model, exact")
    right.plot(*linear, "ko", markersize=4)
    right.plot([], [], "ko", markersize=4, label="linear networks, trained")
    right.axvline(0, color="gray", linewidth=0.8)
    right.set(
        xlabel="teacher's mean margin on flipped labels",
        title="Squared loss",
        xlim=(-0.45, 0.7),
        ylim=(0.5, 2.2),
    )
    for ax in (left, right):
        ax.axhline(1, color="gray", linewidth=0.8)
        ax.set_ylabel("confidence slope")
        ax.legend(frameon=False)
    return figure


def main():
    by_steps = slopes_by_steps()
    transition = margins_and_slopes(
        FIRST_TEACHERS, SQUARED_STUDENT, first_weights("teacher"), SQUARED_STEP
    )
    print(f"{'steps of the student':<24}{'slope above 1, of networks that start':>40}")
    print(f"{'':<24}{'there':>20}{'elsewhere':>20}")
    for i, steps in enumerate(STUDENT_STEPS):
        shares = ((slopes[i] > 1).mean() for slopes in by_steps.values())
        print(f"{steps:<24}" + "".join(f"{share:>20.0%}" for share in shares))
    print(f"\n{'margin of flipped labels':<24}{'median slope':>20}{'above 1':>20}")
    for margins, slopes in zip(*transition, strict=True):
        line = f"{margins.mean():<24.2f}{np.median(slopes):>20.2f}"
        print(f"{line}{(slopes > 1).mean():>20.0%}")
    if not importlib.util.find_spec("matplotlib"):
        print("For the picture: pip install -e '.[plot]'")
        return
    import matplotlib.pyplot as plt

    draw(by_steps, transition, linear_networks())
    if plt.get_backend().lower() != "agg":
        plt.show()


if __name__ == "__main__":
    main()
