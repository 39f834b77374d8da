"""Papers that claims cite, and how a claim relates to its paper."""

from __future__ import annotations

DERIVED = "derived here"
SIMULATED = f"{DERIVED}; by simulation"


class Paper(str):
    """A paper as claims cite it.

    Examples
    --------
    >>> Paper("Gauss 1809").at("section 3")
    'Gauss 1809, section 3'
    """

    __slots__ = ()

    def at(self, where: str) -> str:
        """The paper's own statement.

        Examples
        --------
        >>> Paper("Gauss 1809").at("section 3")
        'Gauss 1809, section 3'
        """
        return f"{self}, {where}"

    def sharpened(self, where: str) -> str:
        """A stronger statement than the paper's, derived here.

        Examples
        --------
        >>> Paper("Gauss 1809").sharpened("section 3")
        'derived here; sharpens Gauss 1809, section 3'
        """
        return f"{DERIVED}; sharpens {self.at(where)}"

    def corrected(self, where: str) -> str:
        """A statement that corrects the paper's, derived here.

        Examples
        --------
        >>> Paper("Gauss 1809").corrected("section 3")
        'derived here; corrects Gauss 1809, section 3'
        """
        return f"{DERIVED}; corrects {self.at(where)}"


JIANG = Paper("Jiang et al. 2022 (arXiv 2106.13799)")
KIRSCH_GAL = Paper("Kirsch & Gal 2022 (arXiv 2202.01851)")
YANG = Paper("Yang et al. 2023 (arXiv 2302.01576)")
