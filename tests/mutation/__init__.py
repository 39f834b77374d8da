"""Single-point errors planted in the package, and who sees them; see run.py."""
