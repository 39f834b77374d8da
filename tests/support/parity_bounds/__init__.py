"""How far results of a theory's functions on two machines may be apart.

A package for each theory, with a module for each topic. A module has a table ``CASES``
from the name of a function to a `Case` of `support.mirrors`, and may have
``ELSEWHERE``, from a name to the test that compares it. A theory without a package here
has tests of its own (`tests/gpu/test_interface.py` asks for them).
"""
