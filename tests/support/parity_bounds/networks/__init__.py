"""Results of refgen.networks."""
