"""
Ridge regression distilled into itself: diabetes
================================================

Ridge regression is the teacher; a student with the same penalty learns from
(1 − ξ)·labels + ξ·predictions. `SelfDistilledRidge` chooses ξ by leaving rows out of
both, in closed form. Does that predict new patients better, on 20 random splits?

Theory says when, without any new patient. The student's risk is a parabola in ξ, and
ξ = 0 is the teacher: the best ξ is positive where the teacher's penalty is too small,
negative where it is too large, and 0 where it is the best one (claim KD-12). What is
gained is estimated, too, by the leave-one-out errors at ξ = 0 and at the ξ that is
chosen (claim KD-26).

So it turns out. Of a penalty that is ten or a hundred times too large the student makes
up for most, as much as leave-one-out expects. Of one that is too small it makes up for
some, which 20 splits do not tell from nothing. Where cross-validation has chosen the
penalty nothing is left to gain, and nothing is lost. If penalty and ξ are chosen
together the leave-one-out error is lower still, but the error for new patients is not:
on these data there is no more to find than what a penalty finds.
"""

import importlib.util

import numpy as np
from scipy.stats import t as student_t
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.model_selection import ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from refgen.distillation import SelfDistilledRidge, SpectralFilterRegressor

PENALTIES = np.array([1.0, 10.0, 100.0, 1000.0, 10000.0])
CANDIDATES = np.geomspace(0.1, 1e5, 49)
N_SPLITS, N_TRAIN, N_NEW = 20, 331, 111


def squares(model, new, labels):
    """The mean squared error of a fitted model."""
    return float(((model.predict(new) - labels) ** 2).mean())


def with_the_best_mixing(teacher, pure, new, labels):
    """The error with the ξ that is best for the new patients, which nobody knows."""
    error = teacher.predict(new) - labels
    step = pure.predict(new) - teacher.predict(new)
    return float(((error - (error @ step) / (step @ step) * step) ** 2).mean())


def at_a_penalty(alpha, old, y, new, labels):
    """Errors of teacher, students (pure, mixed) and oracle; ξ; the gain expected."""
    teacher = Ridge(alpha).fit(old, y)
    pure = SelfDistilledRidge(alpha, mixing="pure").fit(old, y)
    mixed = SelfDistilledRidge(alpha).fit(old, y)
    alone = RidgeCV([alpha]).fit(old, y)
    return [
        *(squares(model, new, labels) for model in (teacher, pure, mixed)),
        with_the_best_mixing(teacher, pure, new, labels),
        mixed.mixing_,
        -alone.best_score_ - mixed.loo_scores_[0],
    ]


def with_chosen_penalties(old, y, new, labels):
    """Errors of ridge, its student at its penalty, both chosen together, and oracle."""
    ridge = RidgeCV(CANDIDATES).fit(old, y)
    path = SpectralFilterRegressor("ridge", alpha=CANDIDATES).fit(old, y)
    best = ((path.predict_path(new) - labels) ** 2).mean(axis=1).min()
    return [
        squares(ridge, new, labels),
        squares(SelfDistilledRidge(ridge.alpha_).fit(old, y), new, labels),
        squares(SelfDistilledRidge(CANDIDATES).fit(old, y), new, labels),
        best,
    ]


def results():
    """Over splits: arrays (n_splits, n_penalties, 6) and (n_splits, 4)."""
    points, labels = load_diabetes(return_X_y=True)
    features = make_pipeline(
        StandardScaler(), PolynomialFeatures(include_bias=False), StandardScaler()
    ).fit_transform(points)
    splits = ShuffleSplit(N_SPLITS, test_size=N_NEW, train_size=N_TRAIN, random_state=0)
    fixed, chosen = [], []
    for old, new in splits.split(features):
        data = features[old], labels[old], features[new], labels[new]
        fixed.append([at_a_penalty(alpha, *data) for alpha in PENALTIES])
        chosen.append(with_chosen_penalties(*data))
    return np.array(fixed), np.array(chosen)


def interval(differences):
    """Mean over splits, and half the width of a 95 % interval.

    The splits share their patients; the variance is that of Nadeau & Bengio (2003).
    """
    spread = np.asarray(differences).var(axis=0, ddof=1)
    error = np.sqrt((1 / N_SPLITS + N_NEW / N_TRAIN) * spread)
    return np.mean(differences, axis=0), student_t.ppf(0.975, N_SPLITS - 1) * error


def report(fixed, chosen):
    """Mean squared errors, and what the student gains with its paired interval."""
    print(
        "penalty   ridge    pure   mixed  oracle      gain            expected      ξ"
    )
    gains, widths = interval(fixed[:, :, 0] - fixed[:, :, 2])
    for i, alpha in enumerate(PENALTIES):
        errors, told = fixed[:, i, :4].mean(axis=0), fixed[:, i, 4:].mean(axis=0)
        print(
            f"{alpha:>7g}" + "".join(f"{e:>8.0f}" for e in errors),
            f"{gains[i]:>+9.1f} ± {widths[i]:<6.1f}{told[1]:>+10.1f}{told[0]:>+8.2f}",
        )
    ridge, *_, best = chosen.mean(axis=0)
    print(f"\ncross-validated ridge regression {ridge:.0f}; with the best penalty for")
    print(f"the new patients, which nobody knows, {best:.0f}")
    for name, column in (("at the same penalty", 1), ("penalty and ξ together", 2)):
        gain, width = interval(chosen[:, 0] - chosen[:, column])
        error = chosen[:, column].mean()
        print(f"its student, {name}: {error:.0f}, a gain of {gain:+.1f} ± {width:.1f}")


def draw(fixed, chosen):
    """Errors against the penalty, and gains against what leave-one-out expects."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    looks = (
        ("ridge regression", "#0072B2", "o", "-"),
        ("pure student, ξ = 1", "#E69F00", "s", "--"),
        ("student with the ξ from data", "#009E73", "^", "-"),
        ("student with the best ξ", "#999999", "", ":"),
    )
    for j, (name, colour, mark, line) in enumerate(looks):
        errors = fixed[:, :, j].mean(axis=0)
        left.plot(PENALTIES, errors, color=colour, marker=mark, ls=line, label=name)
    left.axhline(chosen[:, 0].mean(), color="k", lw=0.8, label="cross-validated ridge")
    left.set(xscale="log", xlabel="penalty", ylabel="mean squared error, new patients")
    left.legend(fontsize="small")
    gains, widths = interval(fixed[:, :, 0] - fixed[:, :, 2])
    expected = fixed[:, :, 5].mean(axis=0)
    right.errorbar(expected, gains, widths, ls="", marker="o", capsize=3)
    for alpha, x, gain in zip(PENALTIES, expected, gains, strict=True):
        right.annotate(
            f"{alpha:g}", (x, gain), textcoords="offset points", xytext=(6, 5)
        )
    reach = np.array([0, 50, 100, 300, 1000, 3000])
    right.plot(reach, reach, color="grey", lw=0.8)
    right.axhline(0, color="grey", lw=0.8)
    # So that gains of a few units and of thousands are seen.
    right.set_xscale("symlog", linthresh=100)
    right.set_yscale("symlog", linthresh=100)
    ticks = [-300, -100, 0, 100, 300, 1000, 3000]
    right.set_xticks(ticks[2:], [f"{tick:g}" for tick in ticks[2:]])
    right.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    right.set(
        xlim=(-20, 4000),
        xlabel="gain that leave-one-out expects",
        ylabel="gain for new patients (95 % interval)",
    )
    return figure


def main():
    outcome = results()
    report(*outcome)
    if importlib.util.find_spec("matplotlib"):
        draw(*outcome)
        import matplotlib.pyplot as plt

        if plt.get_backend().lower() != "agg":
            plt.show()


if __name__ == "__main__":
    main()
