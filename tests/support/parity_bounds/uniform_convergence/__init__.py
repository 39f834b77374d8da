"""Results of refgen.uniform_convergence."""
