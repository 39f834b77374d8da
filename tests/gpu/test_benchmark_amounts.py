"""What the benchmarks divide by: amounts of work, and the least that it takes."""

from functools import partial
from types import SimpleNamespace

import pytest
from support.benchmarks import load

gpu = load("gpu")
MODULES = ("contest", "device", "eigen", "levels", "neighbors", "networks", "normals",
           "votes")  # fmt: skip


@pytest.fixture
def a_second_each(monkeypatch):
    """Every call takes a second, and a copy runs at a byte a second."""
    with pytest.importorskip("support.standin").use_standin() as backend:
        for name in MODULES:
            module = load(f"gpu.{name}")
            for function, fake in {
                "timed": lambda call, *more, **options: {"seconds": 1.0},
                "timed_copy": lambda n: {"seconds": 1.0},
                "copy_rate": lambda: 1.0,
            }.items():
                if hasattr(module, function):
                    monkeypatch.setattr(module, function, fake)
        # Half of the queries at once.
        monkeypatch.setattr(load("gpu.neighbors"), "fitting", lambda n, *_: n // 2)
        yield backend


def figures(result):
    """Of each entry the rate, and the seconds of what it is compared with."""
    return [
        (
            entry["ours"].get("rate"),
            [peer["seconds"] for peer in entry["peers"].values()],
        )
        for entry in result["entries"]
    ]


@pytest.mark.parametrize(
    ("name", "sizes", "wanted"),
    [
        ("copies", (100,), [(1600, [])]),
        (
            "products",
            (8, 2, 16),
            [(1024, []), (512, [8 * 128]), (1024, []), (512, [4 * 128])],
        ),
        ("normals", (100,), [(100, [1, 1, 800]), (100, [1, 400]), *2 * [(100, [])]]),
        ("levels", (2, 8, 1, 50), 2 * [(16 * 16, [])] + 2 * [(16 * 50, [])]),
        (
            "votes",
            (3, 20, 2),
            [(480, [1, 1, 8 * (60 + 40)]), (480, []), (480, [])],
        ),
        ("eigen", ((3, 33), 1089), [(121, [1]), (1, [1])]),
        # Three steps of each of two members.
        ("networks", (((2, 4, 5, 2, 7, 3),),), [(6, [1, 1])]),
        # The product 4, since a tile has half of the points, too; a move of it 4096.
        ("neighbors", (64, 8, 2, 3, 32), [(None, [4 + 2 * 4096, 4 + 4096, 1])]),
    ],
)
def test_amounts_and_least_times(a_second_each, name, sizes, wanted):
    assert figures(gpu.BENCHMARKS[name](*sizes)) == wanted


def test_the_floor_of_neighbors_is_the_target(a_second_each):
    (entry,) = gpu.BENCHMARKS["neighbors"](64, 8, 2, 3, 32)["entries"]
    ours = entry["ours"]
    assert ours["times_the_floor"] == pytest.approx(1 / (4 + 2 * 4096))
    assert (ours["target"], ours["reached"]) == (2.0, True)


def test_scans_are_against_the_better_of_two_ways(monkeypatch):
    scans = load("gpu.scans")
    walls = iter([6.0, 4.0, 6.0, 2.0])
    monkeypatch.setattr(scans, "wall", lambda call: next(walls))
    assert scans.host_seconds(None, 5, 2) == (0.6, 0.4)
    monkeypatch.setattr(scans, "CLAIMS", ("GDE-2",))
    monkeypatch.setattr(scans, "timed", lambda call: {"seconds": 1.0})
    for one, two, least in (0.6, 0.4, 0.3), (0.6, 0.2, 0.2):
        monkeypatch.setattr(scans, "host_seconds", lambda *_, s=(one, two): s)
        ((rate, seconds),) = figures(scans.scans(4, 25))
        assert (rate, seconds) == (100, pytest.approx([100 * one, 100 * least]))


def test_the_median_wall_of_a_call_leaves_out_the_first(monkeypatch):
    scans = load("gpu.scans")
    clock, durations = [0.0], iter([100.0, 5.0, 1.0, 2.0])

    def call():
        clock[0] += next(durations)

    fake = type("time", (), {"perf_counter": staticmethod(lambda: clock[0])})
    monkeypatch.setattr(scans, "time", fake)
    assert scans.wall(call) == 2.0


def test_ratios_are_the_others_time_over_ours(monkeypatch):
    contest, timing = load("gpu.contest"), load("gpu.timing")
    events, seconds = [], iter([2.0, 5.0, 1.0])
    monkeypatch.setattr(contest, "release", lambda: events.append("release"))

    def timed(call, *more, **options):
        call()
        return {"seconds": next(seconds)}

    def prepare(label):
        events.append(f"prepare {label}")
        return lambda: events.append(label)

    monkeypatch.setattr(contest, "timed", timed)
    peers = {label: partial(prepare, label) for label in ("a", "b")}
    entry = contest.compare("one", lambda: events.append("ours"), peers, None)
    assert [peer["ratio"] for peer in entry["peers"].values()] == [2.5, 0.5]
    assert timing.limited({"seconds": 2.0}, 5.0) == {"seconds": 5.0, "ratio": 2.5}
    # Memory of one is not kept while another is measured.
    first, second = (["release", f"prepare {label}", label] for label in ("a", "b"))
    assert events == ["ours", *first, *second, "release"]


def test_a_copy_reads_and_writes(monkeypatch):
    timing = load("gpu.timing")
    monkeypatch.setattr(timing, "timed", lambda call: {"seconds": 2.0})
    with pytest.importorskip("support.standin").use_standin():
        assert timing.copy_rate.__wrapped__(100) == 800


def test_a_timing_is_a_median_within_its_budget(monkeypatch):
    timing, clock = load("gpu.timing"), [0.0]

    def timed(*durations, **options):
        left = iter(durations)

        def call():
            clock[0] += next(left)

        return timing.timed(call, **options)

    monkeypatch.setattr(timing, "synchronize", lambda: None)
    fake = SimpleNamespace(perf_counter=lambda: clock[0])
    monkeypatch.setattr(timing, "time", fake)
    found = timed(9.0, 0.5, 0.25, 0.75, 0.5, 0.125)
    assert found["seconds"] == 0.5
    assert (found["fastest"], found["slowest"]) == (0.125, 0.75)
    assert (found["first_call_seconds"], found["measurements"]) == (9.0, 5)
    # The budget is of all calls, of which a measurement may have several.
    monkeypatch.setattr(timing, "SHORTEST", 1.0)
    found = timed(9.0, *[0.25] * 40, budget=3.0)
    assert (found["calls_each"], found["measurements"]) == (4, 3)
