"""The versions that pyproject.toml promises are those of the environments tested."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINNED = dict(
    re.findall(
        r"^([\w.-]+)==(\S+)$", (ROOT / ".ci/lowest.txt").read_text(), re.MULTILINE
    )
)
CLASSIFIED = [
    found[1]
    for text in PROJECT["classifiers"]
    if (found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", text))
]


def requirements(extra=None):
    """What the package or one of its extras needs, without its own other extras."""
    extras = PROJECT["optional-dependencies"]
    for text in extras[extra] if extra else PROJECT["dependencies"]:
        if own := re.fullmatch(r"refgen\[([\w,-]+)\]", text):
            for name in own[1].split(","):
                yield from requirements(name)
        else:
            yield text


def floor(requirement):
    """Name and lowest version, without zeros at the end."""
    found = re.match(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+)", requirement)
    assert found, f"{requirement}: give a lowest version, which can be tested"
    return found[1], plain(found[2])


def plain(version):
    return re.sub(r"(\.0)+$", "", version)


def test_every_lowest_version_is_the_one_of_the_oldest_environment():
    floors = dict(map(floor, [*requirements(), *requirements("test")]))
    tested = {name: plain(PINNED.get(name, "missing")) for name in floors}
    assert tested == floors, "write .ci/lowest.txt anew; its first lines say how"


@pytest.mark.parametrize("extra", PROJECT["optional-dependencies"])
def test_every_extra_says_a_lowest_version(extra):
    assert all(floor(requirement) for requirement in requirements(extra))


def test_the_oldest_and_the_newest_python_are_tested():
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert CLASSIFIED[0] == oldest
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    assert f"suite {oldest} lowest --constraint .ci/lowest.txt" in script
    assert f"suite {CLASSIFIED[-1]} newest" in script
