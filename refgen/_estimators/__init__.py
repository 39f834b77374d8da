"""What estimators of several theories share: data, splits, outputs of models."""
