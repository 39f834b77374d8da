"""A picture of the phase diagram: where learning works, and where bounds do."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._pictures import VERMILLION, legend_below, panels_of, short_log_labels
from refgen.arrays import as_floats, namespace
from refgen.uniform_convergence.phases import PhaseDiagram, phase_diagram

_LEVELS = np.linspace(0.0, 1.0, 21)


class PhaseDiagramDisplay:
    """Test error, and the gap of the best uniform bound, over both ratios.

    Made by `from_ratios`, or of a `PhaseDiagram`.

    Parameters
    ----------
    diagram : PhaseDiagram
        Of 2 signal and 2 sample ratios at least, in ascending order.

    Attributes
    ----------
    figure_ : matplotlib Figure, after `plot`
    axes_ : array of two matplotlib Axes, after `plot`

    Raises
    ------
    TypeError
        If it is no `PhaseDiagram` of arrays on the host.
    ValueError
        If ratios do not ascend.

    Notes
    -----
    The left panel has the expected test error of `n_samples` points, which is exact,
    with lines where it is 0.1 and 0.01. The right one has the limit of the gap that
    every bound by uniform convergence has to allow for (claims UC-41 and UC-57). On the
    left of the critical line it is 1 less the test error: the bound is as bad as
    generalization is good. The dotted line is where the transformed sample stops
    showing it.

    Examples
    --------
    >>> diagram = phase_diagram([0.1, 0.4, 1.6], [0.05, 0.5], n_samples=100)
    >>> PhaseDiagramDisplay(diagram).diagram.test.shape
    (2, 3)
    """

    def __init__(self, diagram: PhaseDiagram) -> None:
        if not isinstance(diagram, PhaseDiagram):
            raise TypeError(
                f"diagram must be a PhaseDiagram, got {type(diagram).__name__}; make "
                "one with phase_diagram"
            )
        if namespace(*diagram) is not np:
            raise TypeError(
                "diagram is on a device; give it to the PhaseDiagramDisplay of "
                "refgen_gpu.uniform_convergence"
            )
        for name in ("signal_ratios", "sample_ratios"):
            grid = as_floats(name, getattr(diagram, name), 1)
            if len(grid) < 2 or not bool((np.diff(grid) > 0).all()):
                raise ValueError(
                    f"{name} must be two numbers or more in ascending order, got "
                    f"{grid[:4].tolist()}"
                )
        self.diagram = diagram

    @classmethod
    def from_ratios(
        cls,
        signal_ratios: Any = None,
        sample_ratios: Any = None,
        *,
        n_samples: int = 1000,
        ax: Any = None,
    ) -> PhaseDiagramDisplay:
        """Compute the diagram of a grid, and plot it.

        Parameters
        ----------
        signal_ratios : array of shape (n_signals,), optional
            α in ascending order; 100 of them from 0.02 to 4 by default.
        sample_ratios : array of shape (n_ratios,), optional
            β in ascending order; 100 of them from 0.003 to 3 by default.
        n_samples : int
        ax : sequence of two matplotlib Axes, optional
            Passed to `plot` as `axes`.

        Raises
        ------
        ValueError
            As `phase_diagram`, and if ratios do not ascend.
        ImportError
            If matplotlib is missing.

        Notes
        -----
        Source: derived here, claims UC-12b, UC-41 and UC-57.

        Examples
        --------
        >>> display = PhaseDiagramDisplay.from_ratios([0.1, 1.0], [0.1, 0.5, 1.0])
        >>> len(display.axes_)
        2
        """
        if signal_ratios is None:
            signal_ratios = np.geomspace(0.02, 4.0, 100)
        if sample_ratios is None:
            sample_ratios = np.geomspace(0.003, 3.0, 100)
        diagram = phase_diagram(signal_ratios, sample_ratios, n_samples)
        return cls(diagram).plot(axes=ax)

    def plot(self, axes: Any = None) -> PhaseDiagramDisplay:
        """Draw the test error, and beside it the gap.

        Parameters
        ----------
        axes : sequence of two matplotlib Axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        ImportError
            If matplotlib is missing.
        ValueError
            If `axes` are not two Axes.

        Examples
        --------
        >>> diagram = phase_diagram([0.1, 0.4, 1.6], [0.05, 0.5], n_samples=100)
        >>> len(PhaseDiagramDisplay(diagram).plot().axes_)
        2
        """
        self.axes_ = panels_of(axes, 2, "PhaseDiagramDisplay")
        self.figure_ = self.axes_[0].figure
        for panel in self.axes_:
            self._prepare(panel)
        self._plot_errors(self.axes_[0])
        self._plot_gaps(self.axes_[1])
        for panel in self.axes_:
            self._plot_lines(panel)
            short_log_labels(panel.xaxis)
            short_log_labels(panel.yaxis)
        return self

    def _prepare(self, ax: Any) -> None:
        d = self.diagram
        ax.set(
            xscale="log",
            yscale="log",
            xlabel="signal over noise α",
            ylabel="samples per dimension β",
            xlim=(d.signal_ratios[0], d.signal_ratios[-1]),
            ylim=(d.sample_ratios[0], d.sample_ratios[-1]),
        )

    def _fill(self, ax: Any, values: Any, **options: Any) -> Any:
        d = self.diagram
        filled = ax.contourf(d.signal_ratios, d.sample_ratios, values, **options)
        # Neighbouring areas leave no white lines between them in a PDF.
        filled.set_edgecolor("face")
        return self.figure_.colorbar(filled, ax=ax, shrink=0.9)

    def _plot_errors(self, ax: Any) -> None:
        d = self.diagram
        bar = self._fill(ax, d.test, levels=_LEVELS / 2, cmap="viridis")
        bar.set_ticks([0, 0.1, 0.2, 0.3, 0.4, 0.5])
        levels = [x for x in (0.01, 0.1) if d.test.min() < x < d.test.max()]
        if levels:
            grid = d.signal_ratios, d.sample_ratios, d.test
            lines = ax.contour(*grid, levels, colors="white", linewidths=1)
            ax.clabel(lines, fmt="%g", fontsize="small")
        m = round(float(d.dimensions[0] * d.sample_ratios[0]))
        ax.set(title=f"Test error for m = {m:,}")

    def _plot_gaps(self, ax: Any) -> None:
        bar = self._fill(ax, self.diagram.low, levels=_LEVELS, cmap="cividis")
        bar.set_ticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
        ax.set(title="Least gap of uniform bounds, m → ∞")

    def _plot_lines(self, ax: Any) -> None:
        """The critical signal, and where the transformed sample is right."""
        d = self.diagram
        inside = d.critical > 0
        line = d.critical[inside], d.sample_ratios[inside]
        ax.plot(*line, color=VERMILLION, lw=2, label="critical signal α*")
        label = "beyond, negated noise shows nothing"
        ax.axvline(1.0, color=VERMILLION, ls=":", label=label)
        low, high = ax.get_xlim()
        for drawn in ax.lines:
            places = np.asarray(drawn.get_xdata())
            if not ((low <= places) & (places <= high)).any():
                drawn.set_label("")  # the legend names what can be seen
        if ax.get_legend_handles_labels()[1]:
            legend_below(ax)
