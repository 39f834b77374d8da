"""KD-16n and KD-17n: linear networks learn as the solvable models of label noise."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.distillation._noisy_logistic import (
    LogisticCase,
    example,
    logistic_case,
    not_a_logistic_case,
)
from refgen.claims.distillation._noisy_networks import (
    NoisySteps,
    network_margins,
    noisy_steps,
    points_of,
    readout_scores,
    there,
)
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.distillation import LabelNoiseModel
from refgen.domains import integer, real, record

# --- KD-16n: steps of gradient descent, and the phase transition of the slope


def _as_flow(rg: Any, case: NoisySteps) -> tuple[Any, Any, Any]:
    """The model whose flow has the same filters, and its times."""
    m, step = case.model, case.step_size
    rates = rg.distillation.gradient_descent_rates(m.spectrum, step)
    top, own = rates[..., 0], rates[..., 1]
    shared = (top - own) / m.n_samples
    model = LabelNoiseModel(m.n_clean, m.n_flipped, shared, own)
    return model, case.teacher_steps, case.student_steps


def _slope(model: Any, teacher: Any, student: Any) -> tuple[Any, Any]:
    """Of scores by least squares over the points that a model has, and its scale."""
    xp, here = namespace(teacher), there(model)
    count = here.sum(axis=-1, keepdims=True)
    sign = xp.where(teacher < 0, -1.0, 1.0)
    x, y = sign * teacher, sign * student
    x = here * (x - (here * x).sum(axis=-1, keepdims=True) / count)
    y = here * (y - (here * y).sum(axis=-1, keepdims=True) / count)
    slope = (x * y).sum(axis=-1) / (x * x).sum(axis=-1)
    spread = abs(x).max(axis=-1)
    return slope, (1 + abs(slope)) * (1 + abs(teacher).max(axis=-1)) / spread


@claim("KD-16n", kind="identity", domain=noisy_steps, cost=3000, slow=True)
def networks_on_noisy_labels(rg, case, student=1.0, level=1.0):
    """Trained networks have the slope of KD-16, with rates −log(1 − ηλ) for λ.

    Linear networks whose output layer makes m_T steps on the labels, and students' that
    makes m_S steps on these scores. So the slope exceeds 1 iff the teacher fits flipped
    labels and m_S is above t̃_c, and is below 1 else.
    """
    d = rg.distillation
    model, *times = _as_flow(rg, case)
    labels = points_of(case.model)[1]
    teacher = readout_scores(rg, case.model, labels, case.teacher_steps, case.step_size)
    scores = readout_scores(rg, case.model, teacher, case.student_steps, case.step_size)
    times[1] = student * times[1]
    margins = d.label_noise_fit(model, *times).margins
    xp = namespace(labels)
    told = xp.where(labels < 0, -margins[..., 1:], margins[..., :1])
    slope, scale = _slope(case.model, teacher, scores)
    fits = times[0] > d.noise_fitting_time(model)
    beyond = fits & (times[1] > d.exaggeration_time(model, times[0]))
    wrong = xp.where(beyond, 1.0, -1.0) * (level - slope)
    return [
        equal(there(case.model) * told * labels, scores * labels, 4.0),
        equal(d.label_noise_slope(model, *times), slope, scale),
        at_most(wrong, 0.0, scale, reason="few whole numbers of steps are near t̃_c"),
    ]


networks_on_noisy_labels.twin("the student makes 3 % more steps", student=1.03)
networks_on_noisy_labels.twin("slopes exceed 0.97 iff they do", level=0.97)


@networks_on_noisy_labels.twin_function("students exaggerate, whatever teachers fit")
def _(rg, case):
    labels = points_of(case.model)[1]
    given = case.model, case.teacher_steps, case.step_size
    teacher = readout_scores(rg, given[0], labels, *given[1:])
    scores = readout_scores(rg, given[0], teacher, case.student_steps, given[2])
    slope, scale = _slope(case.model, teacher, scores)
    return at_most(1.0, slope, scale)


# --- KD-17n: networks of which both layers are trained, on logistic loss


def _few_points(
    n_flipped: Any, surplus: Any, shared: Any, private: Any, teacher: Any, student: Any
) -> LogisticCase:
    n = 2 * n_flipped + surplus
    return logistic_case(n, n_flipped, shared, private, teacher, student)


few_points = record(
    _few_points,
    "3 to 6 points, μ² in [0.05, 1], κ in [0.2, 5], times up to 4.8/λ₁",
    n_flipped=integer(1, 2),
    surplus=integer(1, 2),
    shared=real(0.05, 1, log=True),
    private=real(0.2, 5, log=True),
    teacher=real(0.2, 1.2),
    student=real(0.2, 1.2),
    outside=not_a_logistic_case,
    examples=lambda: [
        example((2, 1), 0.5, 1.0, 1.5, 2.0),
        example((4, 2), 0.1, 2.0, 2.0, 1.0),
    ],
)

_STEPS = (32, 128, 512, 2048)
_SCALES = 10.0  # α is so many times the number of steps


def _by_point(xp: Any, labels: Any, pair: Any) -> Any:
    """Numbers of clean and flipped points, to each point its own."""
    return xp.where(labels < 0, pair[..., 1:], pair[..., :1])


def _distance(case: LogisticCase, time: Any, chances: Any) -> Any:
    """What steps, and what the hidden layer's training, may move a margin, proven."""
    m, xp = case.model, namespace(time)
    off = there(m) * (chances - 0.5)
    labels = points_of(m)[1]
    top = m.shared * ((labels * off).sum(axis=-1)) ** 2
    start = xp.sqrt(top + m.private * (off * off).sum(axis=-1))
    reach = time * xp.sqrt(m.spectrum[..., 0] * m.n_samples)
    size = xp.sqrt(m.shared + m.private)
    steps = time**2 * m.spectrum[..., 0] / 8 * start
    return size * steps, size * 5 * reach**3 / 16 / _SCALES**2


@claim("KD-17n", kind="limit", domain=few_points, cost=40000, slow=True)
def networks_of_small_steps(rg, case, longer=1.0, own=1.0):
    """Linear networks, both layers trained by k small steps, tend to KD-17's model.

    f(x) = αV⊤U⊤x from f = 0, with α = 10k: all margins of teacher and student are
    those of two dual weights, up to T²λ₁‖g‖/(8k) + (5/16)(GT)³/α² times ‖x‖, where g
    is the first gradient and G² = nλ₁.
    """
    d, xp, m = rg.distillation, namespace(case.teacher_time), case.model
    labels = points_of(m)[1]
    teacher = d.cross_entropy_teacher(m, case.teacher_time)
    student = d.cross_entropy_student(teacher, longer * case.student_time)
    certain = 1.0 + 0 * labels
    told = 1 / (1 + xp.exp(-_by_point(xp, labels, teacher.margins)))
    parts = []
    for fit, chances, time in (
        (teacher, certain, case.teacher_time),
        (student, told, case.student_time),
    ):
        found = xp.stack(
            [network_margins(rg, case, chances, time, k, _SCALES * k) for k in _STEPS],
            axis=-1,
        )
        moved = (own - 1) * m.private[..., None] * fit.duals
        limit = there(m) * _by_point(xp, labels, fit.margins + moved)
        first, second = _distance(case, time, chances)
        envelope = [(part[:, None], p) for p, part in ((1, first), (2, second))]
        scale = 2.0**10 * (1 + abs(limit[..., None]))
        parts.append(tends_to(found, limit[..., None], envelope, _STEPS, scale))
    return parts


networks_of_small_steps.twin("the student is trained 1.03 times as long", longer=1.03)
networks_of_small_steps.twin("points have 0.97 of their own weight", own=0.97)
