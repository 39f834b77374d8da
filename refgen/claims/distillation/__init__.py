"""Claims KD-*: distillation in the eigenspace of gradient descent."""
