"""Calls of refgen.networks."""
