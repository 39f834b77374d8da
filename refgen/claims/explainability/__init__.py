"""Claims LE-*: local explanations, and what they say of generalization."""
