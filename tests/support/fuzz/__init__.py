"""Valid calls with one argument replaced by a hostile value, and what comes of them.

There are three kinds of hostile values. *Clothes* are the same value in another
container or type: the result is the same, or an error says what to pass. *Nonsense* has
no meaning: a TypeError or ValueError names the argument. *Extremes* are allowed: the
result is finite, real and in range, without a warning, or an error names the argument.

A module of refgen takes part through its table in `support.calls`; a new theory needs
no more than that. ``pytest tests/fuzz --slow -k disagreement`` tries all values on the
functions of one module, ``-k disagreement.cace`` on one function, and without
``--slow`` it is a sample. ``python -m support.fuzz disagreement``, with ``tests`` on
the path, prints the table of outcomes and what went wrong.
"""

from support.fuzz.cases import Case, bound_calls, cases, sample
from support.fuzz.outcomes import Outcome, outcome

__all__ = ["Case", "Outcome", "bound_calls", "cases", "outcome", "sample"]
