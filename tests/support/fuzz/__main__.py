"""The table of outcomes, and what went wrong: ``python -m support.fuzz [module …]``."""

import sys
import time
from collections import Counter

from support import calls
from support.fuzz import cases, outcome

KINDS = ("ok", "clear", "unclear", "silent")


def main(modules):
    rows, bad = {}, []
    start = time.perf_counter()
    for module in modules or calls.MODULES:
        rows[module] = Counter()
        for name in calls.table(module).CALLS:
            for case in cases(module, name):
                found = outcome(case)
                rows[module][found.kind] += 1
                if found.kind in ("unclear", "silent"):
                    bad.append((found.kind, case.id, found.what))
    for kind, where, what in bad:
        print(f"{kind}: {where}: {what}")
    rows["together"] = sum(rows.values(), Counter())
    print(f"\n{'module':14}{'calls':>8}", *(f"{kind:>8}" for kind in KINDS))
    for module, row in rows.items():
        print(f"{module:14}{row.total():8}", *(f"{row[kind]:8}" for kind in KINDS))
    print(f"{time.perf_counter() - start:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
