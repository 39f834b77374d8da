"""The sections of the check, a module each (`refgen_gpu.check.plan`)."""
