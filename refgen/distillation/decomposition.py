"""What an instance is: a design in its eigendirections, and what labels ask of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen._scales import check_scale
from refgen.arrays import UNIT_ROUNDOFF, Instance, as_floats, namespace
from refgen.distillation._checks import as_spectrum
from refgen.kernels import kernel

eigh = kernel("factors", "eigh")


@dataclass(frozen=True, repr=False)
class DesignSpectrum(Instance):
    """A design and its labels in the eigenvectors of XᵀX/n; see `from_design`.

    Every way of training that acts on eigendirections alone is a filter f: it finds
    the coefficients V(f c).

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0 of XᵀX/n.
    vectors : array of shape (..., n_features, n_directions)
        Eigenvectors V, in columns.
    limits : array of shape (..., n_directions)
        Coordinates c = Vᵀ X⁺y of what training ends with; 0 where λ = 0.

    Raises
    ------
    ValueError
        If shapes disagree, an eigenvalue is negative, or anything is not finite.

    Examples
    --------
    >>> design = DesignSpectrum.from_design([[2.0, 0.0], [0.0, 1.0]], [2.0, 3.0])
    >>> design.spectrum.tolist(), design.coefficients([1.0, 0.5]).tolist()
    ([0.5, 2.0], [0.5, 3.0])
    """

    spectrum: Any
    vectors: Any
    limits: Any

    def __post_init__(self) -> None:
        spectrum, vectors, limits = in_one_place(
            spectrum=as_spectrum("spectrum", self.spectrum),
            vectors=as_floats("vectors", self.vectors, 2),
            limits=as_floats("limits", self.limits, 1),
        )
        if not spectrum.shape[-1] == vectors.shape[-1] == limits.shape[-1]:
            raise ValueError(
                f"spectrum has {spectrum.shape[-1]} directions, vectors have "
                f"{vectors.shape[-1]} and limits {limits.shape[-1]}; give one "
                "eigenvector, in columns, and one limit for each eigenvalue"
            )
        xp = namespace(spectrum)
        batch = batch_shape(
            spectrum=spectrum.shape[:-1],
            vectors=vectors.shape[:-2],
            limits=limits.shape[:-1],
        )
        for name, array, ndim in (
            ("spectrum", spectrum, 1),
            ("vectors", vectors, 2),
            ("limits", limits, 1),
        ):
            shape = (*batch, *array.shape[-ndim:])
            object.__setattr__(self, name, xp.broadcast_to(array, shape))

    @classmethod
    def from_design(cls, features: Any, labels: Any) -> DesignSpectrum:
        """The eigendirections of a design, from the smaller one of its Gram matrices.

        There are as many directions as points or features, whichever are fewer, in
        ascending order of eigenvalues. An eigenvalue below (n + p)·2⁻⁵⁰ of the largest
        counts as 0: such a direction is not learned, and training leaves it where it
        starts.

        Parameters
        ----------
        features : array of shape (..., n_points, n_features)
            X.
        labels : array of shape (..., n_points)
            y; several outputs have an axis in front.

        Raises
        ------
        ValueError
            If shapes disagree, anything is not finite, or the scale is so large or
            small (2^±300) that products overflow or vanish.

        Examples
        --------
        >>> DesignSpectrum.from_design([[3.0, 4.0]], [10.0]).limits.round(12).tolist()
        [2.0]
        """
        X, y = in_one_place(
            features=check_scale("features", as_floats("features", features, 2), 2),
            labels=check_scale("labels", as_floats("labels", labels, 1), 1),
        )
        n, p = X.shape[-2:]
        if y.shape[-1] != n:
            raise ValueError(
                f"features have {n} points (shape {X.shape}) and labels {y.shape[-1]}; "
                "give one label for each point"
            )
        batch_shape(features=X.shape[:-2], labels=y.shape[:-1])
        xp, turned = namespace(X), X.swapaxes(-1, -2)
        gram = xp.matmul(turned, X) if p <= n else xp.matmul(X, turned)
        spectrum, vectors = eigh(gram / n)
        none = (n + p) * 8 * UNIT_ROUNDOFF * spectrum[..., -1:]
        seen = spectrum > none
        spectrum = xp.where(seen, spectrum, 0.0)
        inverse = 1 / xp.where(seen, spectrum, 1.0)
        if p > n:
            # X = √n U √Λ Vᵀ.
            scaled = xp.sqrt(inverse / n) * seen
            vectors = xp.matmul(turned, vectors) * scaled[..., None, :]
        slopes = xp.einsum("...ij,...i->...j", xp.matmul(X, vectors), y) / n
        return cls(spectrum, vectors, slopes * inverse * seen)

    @finite
    def coefficients(self, filter: Any, start: Any = 0.0) -> Any:
        """What training by a filter finds: β₀ + V(f(c − Vᵀβ₀)).

        Parameters
        ----------
        filter : array of shape (..., n_directions)
            f.
        start : array of shape (..., n_features)
            β₀, where training starts; 0 by default.

        Returns
        -------
        array of shape (..., n_features)

        Raises
        ------
        ValueError
            If the numbers of directions or of features differ.

        Notes
        -----
        Source: derived here, claim KD-1.

        Examples
        --------
        >>> design = DesignSpectrum.from_design([[2.0]], [2.0])
        >>> design.coefficients([0.5], start=[3.0]).tolist()
        [2.0]
        """
        share, start, limits, vectors = in_one_place(
            filter=as_floats("filter", filter, 1),
            start=as_floats("start", start),
            limits=self.limits,
            vectors=self.vectors,
        )
        self._check("filter", share, self.n_directions)
        if start.ndim:
            self._check("start", start, vectors.shape[-2])
        xp = namespace(vectors)
        start = start + xp.zeros(vectors.shape[-2])
        known = xp.einsum("...ij,...i->...j", vectors, start)
        moved = share * (limits - known) * (self.spectrum > 0)
        return start + xp.einsum("...ij,...j->...i", vectors, moved)

    @finite
    def with_teacher(self, teacher_filter: Any) -> DesignSpectrum:
        """The same design with a teacher's outputs for labels: limits s c.

        Parameters
        ----------
        teacher_filter : array of shape (..., n_directions)
            s.

        Raises
        ------
        ValueError
            If the numbers of directions differ.

        Notes
        -----
        Source: derived here, claim KD-1.

        Examples
        --------
        >>> design = DesignSpectrum.from_design([[2.0]], [2.0])
        >>> design.with_teacher([0.5]).coefficients([0.5]).tolist()
        [0.25]
        """
        share, limits = in_one_place(
            teacher_filter=as_floats("teacher_filter", teacher_filter, 1),
            limits=self.limits,
        )
        self._check("teacher_filter", share, self.n_directions)
        return DesignSpectrum(self.spectrum, self.vectors, share * limits)

    @property
    def n_directions(self) -> int:
        return self.spectrum.shape[-1]

    def _check(self, name: str, array: Any, wanted: int) -> None:
        if array.shape[-1] != wanted:
            raise ValueError(
                f"{name} has shape {array.shape}; its last axis must have {wanted} "
                f"{'features' if name == 'start' else 'directions, as spectrum has'}"
            )
