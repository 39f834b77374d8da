"""Results of refgen.explainability."""
