"""Calls of refgen.distillation."""
