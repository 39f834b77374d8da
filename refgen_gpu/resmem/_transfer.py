"""What estimators do with arrays of either side: what comes in decides what goes out.

Device arrays meet scikit-learn on the host, and results go back to the device.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen_gpu.arrays import to_device, to_host


def is_on_device(value: Any) -> bool:
    return namespace(value) is not np


def on_host(value: Any) -> Any:
    """Device arrays as NumPy arrays; anything else, frames too, as it is."""
    return to_host(value) if is_on_device(value) else value


def like(X: Any, result: Any) -> Any:
    """`result` on the device if X is there."""
    return to_device(result) if is_on_device(X) else result
