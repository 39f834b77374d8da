"""Calls of refgen.neighbors."""

import numpy as np

CALLS = {"nearest_neighbors": (np.eye(2), np.eye(2), 1)}
