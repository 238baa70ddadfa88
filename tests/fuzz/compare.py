"""Run random plans through Apache JMeter and pyjm, and say where they differ. Needs a JMeter and its Java."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from golden.harness import Facts, Stub, command_engine, differences, run
from golden.ready import Ready

from fuzz import generate, odd, web, work
from fuzz.odd_calls import plan_of_calls
from fuzz.odd_subjects import SUBJECTS

MOST = 8
"""Differences that are told of one plan."""

ODD_ROWS = 'a,b\n1,"p q"\n2,"r,s"\n'
ODD_PLAIN = "a,b\n1,p q\n2,r\n"
"""A file in which a Random CSV Data Set finds no quotes, whatever its delimiter."""
ODD_ALIKE = "1,p q\n1,p q\n1,p q\n"
"""A file whose rows are all the same, so that it doesn't show in which order they are taken."""
BESIDE = {"odd_rows.csv": ODD_ROWS, "odd_plain.csv": ODD_PLAIN, "odd_alike.csv": ODD_ALIKE}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jmeter", type=Path, required=True, help="JMeter's home")
    parser.add_argument("--properties", nargs="*", default=[], help="pyjm's, such as pyjm.workers=2")
    parser.add_argument("--work", action="store_true", help="plans that do work, not flow alone")
    parser.add_argument("--web", action="store_true", help="plans of HTTP and its managers")
    parser.add_argument("--odd", nargs="+", default=[], help="elements and functions that get odd values, no seeds")
    parser.add_argument("first", type=int, nargs="?", default=1)
    parser.add_argument("last", type=int, nargs="?", default=0)
    args = parser.parse_args()
    make = web.generated if args.web else work.generated if args.work else flow
    jmeter, ready, different = command_engine([str(args.jmeter / "bin" / "jmeter")]), Ready(), 0
    with tempfile.TemporaryDirectory() as folder:
        stub = Stub(Path(folder))
        for seed in [*args.odd, *range(args.first, args.last + 1)]:
            home = Path(folder) / str(seed)
            plan = home / "plan" / f"seed{seed}.jmx"
            plan.parent.mkdir(parents=True)
            if isinstance(seed, str):
                written = odd.plan_of(SUBJECTS[seed]) if seed in SUBJECTS else plan_of_calls(seed)
                beside = BESIDE
            else:
                written, beside = make(seed)
            plan.write_text(written)
            for name, content in beside.items():
                (plan.parent / name).write_text(content)
            before = None
            for turn in "first", "second":  # what hangs on the moment is not the same twice
                theirs = plain(run(jmeter, stub, plan, home / turn / "jmeter", []))
                before = before or theirs
                agent = [f"pyjm.http.user_agent={theirs['agent']}"] if theirs["agent"] else []
                ours = plain(run(ready, stub, plan, home / turn / "ours", [*agent, *args.properties]))
                found = differences(before, theirs, ours)
                if not found:
                    break
            different += bool(found)
            print(f"{seed}: {ours['rows']} samples {'DIFFER' if found else 'equal'}", *found[:MOST], sep="\n  ")  # noqa: T201
            if ours["code"] not in (0, theirs["code"]):
                print((home / turn / "ours" / "console.txt").read_text())  # noqa: T201
            sys.stdout.flush()
        stub.close()
    ready.close()
    plans = len(args.odd) + max(0, args.last - args.first + 1)
    print(f"{plans} plans, {different} differ")  # noqa: T201
    return 1 if different else 0


def flow(seed: int) -> tuple[str, dict[str, str]]:
    """Give a plan of flow alone, which has no files beside it."""
    return generate.generated(seed), {}


def plain(facts: Facts) -> Facts:
    """Give facts as they are kept in a file."""
    return dict(json.loads(json.dumps(facts)))


if __name__ == "__main__":
    sys.exit(main())
