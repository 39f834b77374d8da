"""What an argument of a theorem may be: drawn two ways from one description.

Every field draws small, adversarial values that shrink (by Hypothesis: ties, zeros,
extremes) and large batches (by a `refgen.random.Stream`, where the package computes). A
`record` builds instances from fields; sizes have names that fields share. A domain says
why an instance is no member, moves values by small steps, and builds instances again.
"""

from refgen.domains._choices import choice, labels
from refgen.domains._domain import Domain, not_a
from refgen.domains._fields import Field, first_wrong
from refgen.domains._given import given
from refgen.domains._matrices import matrix, vector
from refgen.domains._numbers import integer, real
from refgen.domains._record import Record, record
from refgen.domains._simplex import distribution, on_lattice
from refgen.domains._spectrum import spectrum

__all__ = [
    "Domain",
    "Field",
    "Record",
    "choice",
    "distribution",
    "first_wrong",
    "given",
    "integer",
    "labels",
    "matrix",
    "not_a",
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
