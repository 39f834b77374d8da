"""Results of refgen.distillation."""
