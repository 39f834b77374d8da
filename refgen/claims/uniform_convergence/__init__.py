"""Claims UC-*: uniform convergence, counterexamples and what survives."""
