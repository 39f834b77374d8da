"""How long rows are: what kernels and their callers agree on, without a compiler."""

# Numbers in a vector register of the CPU.
LANES = 8


def padded(n: int) -> int:
    """The length of rows of n numbers with zeros at the end.

    Examples
    --------
    >>> padded(10)
    16
    """
    return -(-n // LANES) * LANES


def n_parameters(d: int, h: int, k: int) -> int:
    """The length of a network's row of parameters.

    Examples
    --------
    >>> n_parameters(64, 64, 10)
    5200
    """
    return (d + 1) * padded(h) + (h + 1) * padded(k)
