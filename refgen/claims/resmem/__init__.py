"""Claims RM-*: residual memorization."""
