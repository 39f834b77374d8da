"""The device check on the stand-in: its order, budget and record, and no GPU.

Run from the root of a checkout::

    PYTHONPATH=.:tests python -m support.dry_run --minutes 10 --out folder

Options are those of ``python -m refgen_gpu.check``. After the sections comes one whose
steps fail in every way (`support.injected`). The record names the stand-in as its
device, and evidence of a GPU can never be made of it.
"""

from refgen_gpu.backend import _override
from refgen_gpu.check.__main__ import check, parser
from refgen_gpu.check.plan import PHASES, Phase, only

INJECTED = Phase(("support.injected",), 60)


def prepare():
    """What each worker does first."""
    from support.standin import standin

    _override.set(standin())


def run(arguments, phases=(*PHASES, INJECTED)):
    """Exit status of a dry run."""
    options = parser().parse_args(arguments)
    return check(options, only(options.only, phases), "support.dry_run:prepare")


if __name__ == "__main__":
    raise SystemExit(run(None))
