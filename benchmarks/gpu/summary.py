"""The figures of all benchmarks in few lines, and what is doubtful about them."""

import math

# Characters of a row's four parts at most.
WIDTHS = (72, 12, 12, 8)


def summary(results):
    """Rows (what, ours, peer, ratio) of results by name of benchmark.

    The ratio is the peer's time over ours: above 1, ours is the faster one. A row says
    so where a benchmark or a peer did not run, and where answers did not agree.
    """
    return [
        tuple(map(_cut, row, WIDTHS))
        for name, result in results.items()
        for row in _rows(name, result)
    ]


def doubts(results, of_peers=True):
    """What in the results is no measurement: errors, and answers that do not agree.

    Without those `of_peers`, of whom the rows of `summary` tell, too.
    """
    listed = []
    for name, result in results.items():
        if _reason(result):
            listed.append(f"{name}: {_reason(result)}")
        for entry in result.get("entries", []):
            peers = entry["peers"] if of_peers else {}
            for label, found in {"ours": entry["ours"], **peers}.items():
                if "error" in found:
                    listed.append(f"{entry['what']}: {label}: {found['error']}")
                elif not found.get("agrees", True):
                    listed.append(f"{entry['what']}: {label}: the answer is wrong")
    return listed


def _reason(result):
    """Why a benchmark has no figures, or nothing."""
    if "not run" in result:
        return f"not run: {result['not run']}"
    return result.get("error", "")


def _rows(name, result):
    if _reason(result):
        yield f"{name}: {_reason(result)}", "", "", ""
        return
    for entry in result["entries"]:
        what, ours = entry["what"], entry["ours"]
        if not entry["peers"]:
            yield what + _remarks(ours), _amount(ours), "", ""
        for label, peer in entry["peers"].items():
            about = f"{what}{_remarks(ours)}: {label}{_remarks(peer)}"
            yield about, _amount(ours), _amount(peer, ours), _ratio(peer)


def _amount(found, like=None):
    """A rate, or seconds; a bound as a rate where ours is one."""
    if "error" in found:
        return ""
    if "rate" in found:
        return quantity(found["rate"], found["unit"])
    if like is not None and "rate" in like:
        return quantity(like["rate"] / found["ratio"], like["unit"])
    return quantity(found["seconds"], "s")


def _remarks(found):
    """What is to be told about the answer."""
    if "error" in found:
        return f", {found['error']}"
    text = ", WRONG" if not found.get("agrees", True) else ""
    if found.get("recall", 1.0) < 1:
        # Rounded down: a recall below 1 is not shown as 1.
        text += f", recall {math.floor(found['recall'] * 1e5) / 1e5:.5f}"
    if "residual" in found:
        text += f", residual {found['residual']:.2g}"
    return text


def _ratio(peer):
    return f"{peer['ratio']:.3g}" if "ratio" in peer else ""


def _cut(text, most):
    return text if len(text) <= most else text[: most - 1] + "…"


def quantity(value, unit):
    """Three digits and a prefix of the unit.

    Examples
    --------
    >>> quantity(2.345e12, "B/s"), quantity(0.0321, "s"), quantity(2.0, "s")
    ('2.35 TB/s', '32.1 ms', '2 s')
    """
    if not math.isfinite(value):
        return f"{value} {unit}"
    prefixes = ((1, ""), (1e-3, "m"), (1e-6, "µ"))
    if unit != "s":
        prefixes = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""))
    scale, prefix = next((p for p in prefixes if value >= p[0]), prefixes[-1])
    return f"{value / scale:.3g} {prefix}{unit}"
