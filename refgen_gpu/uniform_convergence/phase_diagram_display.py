"""The phase diagram of device arrays; drawn by the host."""

from typing import Any

from refgen.uniform_convergence import phase_diagram_display as _host
from refgen.uniform_convergence.phases import PhaseDiagram
from refgen_gpu.transfer import on_host


class PhaseDiagramDisplay(_host.PhaseDiagramDisplay):
    """`refgen.uniform_convergence.PhaseDiagramDisplay` of NumPy or CuPy arrays."""

    def __init__(self, diagram: Any) -> None:
        if isinstance(diagram, PhaseDiagram):
            diagram = PhaseDiagram(*map(on_host, diagram))
        super().__init__(diagram)
