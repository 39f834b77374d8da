"""What the tests' stand-in assumes of CuPy: questions with the stand-in's answers."""

from __future__ import annotations

from refgen_gpu.check.assumed import calls, numbers
from refgen_gpu.check.assumed.belief import Belief

BELIEFS: dict[str, Belief] = calls.BELIEFS | numbers.BELIEFS
