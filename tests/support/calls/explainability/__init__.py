"""Calls of refgen.explainability."""
