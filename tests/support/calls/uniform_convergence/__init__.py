"""Calls of refgen.uniform_convergence."""
