"""What an argument of a theorem may be: drawn two ways from one description.

Every field draws small, adversarial values that shrink (by Hypothesis: ties, zeros,
extremes) and large batches (by a `refgen.random.Stream`, where the package computes). A
`record` builds instances from fields; sizes have names that fields share.
"""

from refgen.domains._domain import Domain
from refgen.domains._fields import Field
from refgen.domains._matrices import matrix, spectrum, vector
from refgen.domains._numbers import choice, given, integer, labels, real
from refgen.domains._record import Record, record
from refgen.domains._simplex import distribution, on_lattice

__all__ = [
    "Domain",
    "Field",
    "Record",
    "choice",
    "distribution",
    "given",
    "integer",
    "labels",
    "matrix",
    "on_lattice",
    "real",
    "record",
    "spectrum",
    "vector",
]

# Why refgen_gpu has no such package.
NOT_MIRRORED = "a domain draws for either package, which its samplers take"


def __dir__() -> list[str]:
    return __all__
