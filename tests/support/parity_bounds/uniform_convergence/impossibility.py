"""What no estimate of a risk can do."""

from support.mirrors import Case
from support.parity import model


def of_field(arguments, want):
    """45 terms of quotients of 54 factors; 1 − q^−i keeps half of its digits' size."""
    return model(6 * 54 * 4 + 200, want)


def of_worlds(arguments, want):
    """A chance of k seen points has two roundings a sample; a tail errs by 16 units."""
    return model(3 * int(arguments[1].max()) + 128, 1 + want)


CASES = {
    "field_tradeoff": Case(of_field),
    "field_tradeoff_floor": Case(of_field),
    "two_worlds_floor": Case(of_worlds),
}
