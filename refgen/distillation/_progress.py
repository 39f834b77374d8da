"""Progress −log(1 − f) of a direction under a filter f, and of teacher and student."""

from __future__ import annotations

from typing import Any

import numpy as np

# Shares below this are multiplied out only after they are divided by an eigenvalue.
TINY = 2.0**-600


def composed(xp: Any, teacher: Any, student: Any, labels: Any = 0.0) -> Any:
    """−log(1 − u(1 − c e^−a)) for a teacher's progress a and u = 1 − e^−b.

    1 − c = `labels` is the weight of the true labels among the student's. To the digits
    of the arguments, whether the result is small or large.

    Examples
    --------
    >>> import numpy as np
    >>> float(composed(np, np.log(2), np.log(2)))  # 1 − ½ · ½
    0.2876820724517809
    """
    learned, share = shares(xp, teacher, student, labels)
    few = share < 0.5
    little = -xp.log1p(-xp.where(few, share, 0.0))
    # 1 − u(1 − c e^−a) = e^−b + c u e^−a: of two positive terms, the logarithms.
    passed = (1 - labels) * learned
    weight = xp.log(xp.where(passed > 0, passed, 1.0))
    other = xp.where(passed > 0, teacher - weight, xp.inf)
    less = xp.minimum(student, other)
    endless = xp.isinf(less)
    apart = xp.maximum(student, other) - xp.where(endless, 0.0, less)
    much = xp.where(endless, less, less - xp.log1p(xp.exp(-apart)))
    return xp.where(few, little, much)


def shares(xp: Any, teacher: Any, student: Any, labels: Any = 0.0) -> tuple[Any, Any]:
    """u = 1 − e^−b, and u(1 − c e^−a): what the student learns of its labels, and y.

    Examples
    --------
    >>> import numpy as np
    >>> [float(share.round(12)) for share in shares(np, np.log(2), np.log(2))]
    [0.5, 0.25]
    """
    learned = -xp.expm1(-student)
    return learned, learned * (labels - (1 - labels) * xp.expm1(-teacher))


def product(xp: Any, spectrum: Any, time: Any) -> Any:
    """λt; 0 for λ = 0 also in infinite time, where other directions are infinite.

    Examples
    --------
    >>> import numpy as np
    >>> product(np, np.array([2.0, 0.0]), np.array(np.inf)).tolist()
    [inf, 0.0]
    """
    endless = xp.isinf(time)
    with np.errstate(over="ignore"):  # as good as infinite
        finite = spectrum * xp.where(endless, 0.0, time)
    return xp.where(endless & (spectrum > 0), xp.inf, finite)


def learned_share(xp: Any, spectrum: Any, time: Any) -> Any:
    """1 − e^(−λt); 0 for λ = 0 also in infinite time.

    Examples
    --------
    >>> import numpy as np
    >>> learned_share(np, np.array([2.0, 0.0]), np.array(np.inf)).tolist()
    [1.0, 0.0]
    """
    endless = xp.isinf(time)
    learned = -xp.expm1(-spectrum * xp.where(endless, 0.0, time))
    return xp.where(endless, xp.where(spectrum > 0, 1.0, 0.0), learned)


def log_learned(xp: Any, progress: Any) -> Any:
    """log(1 − e^−a), −∞ for a = 0; to its own digits for all a.

    Examples
    --------
    >>> import numpy as np
    >>> float(log_learned(np, np.array(50.0)))
    -1.9287498479639178e-22
    """
    few = progress < 0.5
    some = xp.where(few & (progress > 0), progress, 1.0)
    little = xp.where(progress > 0, xp.log(-xp.expm1(-some)), -xp.inf)
    return xp.where(few, little, xp.log1p(-xp.exp(-xp.where(few, 1.0, progress))))
