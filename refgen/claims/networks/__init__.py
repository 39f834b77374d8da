"""Claims NN-*: networks of two layers, and what gradient descent does to them."""
