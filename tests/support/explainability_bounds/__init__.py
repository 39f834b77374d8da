"""How far results of refgen.explainability on two machines may be apart.

Each module has a table ``CASES`` from the name of a function to a `Case` of
`support.mirrors`, and may have ``ELSEWHERE``, from a name to the test that compares it.
"""
