"""Distillation into any classifier, for arrays of either side: trains on the host."""

from refgen.distillation import distilled_classifier as _host
from refgen_gpu.transfer import takes_either


@takes_either
class DistilledClassifier(_host.DistilledClassifier):
    """`refgen.distillation.DistilledClassifier` for NumPy or CuPy arrays.

    Returns what it was given; teacher and student see NumPy arrays.
    """
