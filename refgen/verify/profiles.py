"""How much a run tries."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """Sizes of a run.

    Attributes
    ----------
    name : str
    instances : int
        Scanned instances per claim of cost 1.
    search_examples : int
        Instances that Hypothesis tries per claim.
    slow : bool
        Whether slow claims run.
    draws : int
        Draws per instance after which a Monte-Carlo claim is left undecided.
    simulated : int
        Instances of a Monte-Carlo claim that the sampler draws; Hypothesis draws a
        quarter as many.
    """

    name: str
    instances: int
    search_examples: int
    slow: bool
    draws: int = 2**12
    simulated: int = 8


PROFILES = {
    "quick": Profile("quick", 4_000, 10, slow=False, draws=2**12, simulated=4),
    "default": Profile("default", 100_000, 60, slow=True, draws=2**15),
    "wide": Profile("wide", 1_000_000, 1_000, slow=True, draws=2**18, simulated=32),
}
