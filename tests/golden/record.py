"""Record what JMeter does with a plan: two runs, kept in `recorded/`. Needs a JMeter and its Java."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from golden.harness import Stub, command_engine, run  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plans", nargs="+", type=Path)
    parser.add_argument("--jmeter", type=Path, required=True, help="JMeter's home")
    parser.add_argument("-J", dest="properties", action="append", default=[], help="a property for JMeter alone")
    args = parser.parse_args()
    for plan in args.plans:
        with tempfile.TemporaryDirectory() as folder:
            engine = command_engine([str(args.jmeter / "bin" / "jmeter")])
            stub = Stub(Path(folder))
            runs = [run(engine, stub, plan.resolve(), Path(folder) / str(i), args.properties) for i in range(2)]
            stub.close()
        (HERE / "recorded" / f"{plan.stem}.golden.json").write_text(json.dumps(runs))
        print(f"{plan.stem}: {runs[0]['rows']} and {runs[1]['rows']} samples")  # noqa: T201


if __name__ == "__main__":
    main()
