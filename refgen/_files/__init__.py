"""Files of predictions and labels: what they hold, and what of it are names."""
