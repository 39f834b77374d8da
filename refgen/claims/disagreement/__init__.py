"""Claims GDE-*: disagreement, test error and calibration."""
