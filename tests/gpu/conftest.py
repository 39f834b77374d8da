"""The stand-in for tests of code that takes any device."""

import pytest


@pytest.fixture
def standin():
    with pytest.importorskip("support.standin").use_standin() as backend:
        yield backend
