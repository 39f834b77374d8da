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

    def recalled(self, what: str) -> str:
        """A statement known from memory of the paper, not read again.

        Examples
        --------
        >>> Paper("Gauss 1809").recalled("the rate")
        'recalled from Gauss 1809: the rate'
        """
        return f"recalled from {self}: {what}"


BARTLETT = Paper("Bartlett et al. 2017 (arXiv 1706.08498)")
BORUP_ANDERSEN = Paper("Borup & Andersen 2021 (arXiv 2102.13088)")
CHO_SAUL = Paper("Cho & Saul 2009 (NIPS)")
DU = Paper("Du, Hu & Lee 2018 (arXiv 1806.00900)")
FORET = Paper("Foret et al. 2021 (arXiv 2010.01412)")
GASTPAR = Paper("Gastpar et al. 2024 (arXiv 2309.13658)")
HARDT = Paper("Hardt, Recht & Singer 2016 (arXiv 1509.01240)")
HIGHAM = Paper("Higham 2002, Accuracy and Stability of Numerical Algorithms")
JACOT = Paper("Jacot et al. 2018 (arXiv 1806.07572)")
JIANG = Paper("Jiang et al. 2022 (arXiv 2106.13799)")
KIRSCH_GAL = Paper("Kirsch & Gal 2022 (arXiv 2202.01851)")
LI = Paper("Li et al. 2021 (arXiv 2011.01205)")
MAURER = Paper("Maurer 2004 (arXiv cs/0411099)")
MOBAHI = Paper("Mobahi et al. 2020 (arXiv 2002.05715)")
NAGARAJAN = Paper("Nagarajan et al. 2023 (arXiv 2301.12923)")
NAGARAJAN_KOLTER = Paper("Nagarajan & Kolter 2019 (arXiv 1902.04742)")
NAGARAJAN_KOLTER_DISTANCE = Paper("Nagarajan & Kolter 2017 (arXiv 1901.01672)")
NEGREA = Paper("Negrea et al. 2020 (arXiv 1912.04265)")
NEYSHABUR_2018 = Paper("Neyshabur et al. 2018 (arXiv 1707.09564)")
NEYSHABUR_2019 = Paper("Neyshabur et al. 2019 (arXiv 1805.12076)")
OPTIMAL_SELF_DISTILLATION = Paper(
    "Optimal Unconstrained Self-Distillation in Ridge Regression (arXiv 2602.17565)"
)
PAREEK = Paper("Pareek et al. 2024 (arXiv 2407.04600)")
PHUONG_LAMPERT = Paper("Phuong & Lampert 2019 (ICML)")
YANG = Paper("Yang et al. 2023 (arXiv 2302.01576)")
YANG_HU = Paper("Yang & Hu 2021 (arXiv 2011.14522)")
