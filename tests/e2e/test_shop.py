"""The plan of the demo against its target, on this machine: what JMeter 5.5 made of it is what comes out."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PYJM = [sys.executable, "-c", "from pyjm.client.cli import main; main()"]

ROWS_PER_VISIT = {
    "Login page": 1, "Login": 1, "Login-0": 1, "Login-1": 1, "Log in": 1,
    "Category": 1, "Items of a page": 3, "Item": 3, "Browse": 1,
    "Add to cart": 2, "Add to cart-0": 2, "Add to cart-1": 2, "Change quantity": 2, "Into the cart": 2,
    "Cart": 1, "Order": 1, "Check out": 1, "Log out": 1, "Log out-0": 1, "Log out-1": 1,
}  # fmt: skip
"""As JMeter 5.5 has them: a redirected request has a row of its own and one for each request sent for it."""


@contextmanager
def open_shop(counts: Path) -> Iterator[int]:
    """Run the shop; gives its port."""
    arguments = [sys.executable, str(EXAMPLES / "shop_site.py"), "--port", "0", "--count-file", str(counts)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as site:
        try:
            assert site.stdout is not None
            yield int(site.stdout.readline().rpartition(":")[2])
        finally:
            site.terminate()


def test_a_visit_makes_the_rows_that_jmeter_makes_and_the_shop_counts_the_same_requests(tmp_path: Path) -> None:
    users, loops = 2, 3
    counts, results = tmp_path / "counts.json", tmp_path / "shop.jtl"
    with open_shop(counts) as port:
        order = ["-n", "-t", str(EXAMPLES / "shop.jmx"), "-l", str(results), f"-Jport={port}"]
        order += [f"-Jusers={users}", f"-Jloops={loops}", "-Jramp=0", "-Jjmeterengine.nongui.port=0"]
        done = subprocess.run([*PYJM, *order], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with results.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row for row in rows if row["success"] != "true"] == []
    assert Counter(row["label"] for row in rows) == {k: n * users * loops for k, n in ROWS_PER_VISIT.items()}
    on_the_wire = sum(row["URL"].startswith("http") - (row["responseCode"] == "302") for row in rows)
    assert json.loads(counts.read_text()) == {"requests": on_the_wire, "redirects": 4 * users * loops, "errors": 0}
