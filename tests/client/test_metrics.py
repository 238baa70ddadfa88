"""What the controller shows to Prometheus: labels over all servers, and each server."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wired.played import Played, whole
from wired.played import Run as FleetRun
from wired.rig import batch_of
from wired.scrape import Figures, place_said, scraped

from pyjm.client.metrics import RunMetrics
from pyjm.client.order import Order
from pyjm.engine.results.batch import Batch
from pyjm.engine.run.engine import Health, WorkerHealth
from pyjm.engine.run.metrics import Endpoint

Run = Any


class Healthy(Played):
    def health(self) -> Health | None:
        return Health(active=3, each=[WorkerHealth(2.0, 5.0)])


def shown(metrics: RunMetrics) -> Figures:
    endpoint = Endpoint("127.0.0.1", 0, metrics.collect)
    try:
        return scraped(endpoint.url)
    finally:
        endpoint.close()


def test_each_server_has_its_own_figures_and_labels_are_of_all() -> None:
    lossy = batch_of(3, 0)
    lossy.lost, lossy.lost_samples, lossy.lost_requests = 1, 5, 1
    run = FleetRun(Healthy("s1", whole(2, 10)), Played("s2:1099", [*whole(3, 1)[:2], lossy, batch_of(4, 0, last=True)]))
    metrics = RunMetrics(run.fleet)
    collected = run.collect

    def collect(index: int, batch: Batch) -> None:
        collected(index, batch)
        metrics.add(index, batch)

    run.fleet._collect = collect
    run.go()
    found = shown(metrics)
    assert found["pyjm_samples_total"] == {("sample", "a"): 22}
    assert found["pyjm_server_samples_total"] == {("s1",): 20, ("s2:1099",): 2}
    assert found["pyjm_server_batches_total"] == {("s1",): 2, ("s2:1099",): 4}
    assert found["pyjm_server_lost_samples_total"] == {("s1",): 0, ("s2:1099",): 5}
    assert found["pyjm_server_replayed_samples_total"] == {("s1",): 0, ("s2:1099",): 0}
    assert found["pyjm_server_up"] == {("s1",): 0, ("s2:1099",): 0}
    assert found["pyjm_users"] == {("s1",): 3}
    assert found["pyjm_cpu_seconds_total"] == {("s1", "1"): 2}


def test_they_are_there_while_the_test_runs_and_gone_behind_it(
    run: Callable[..., Run],
    played: type[Any],
    plan_file: Callable[..., Path],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    found: list[Figures] = []

    class Looked(played):  # type: ignore[misc]
        def take(self, after: int, wait_s: float) -> list[bytes]:
            if after:
                found.append(scraped(place_said(caplog)))
            return [batch.to_bytes() for batch in self.batches if batch.number == after + 1]

    engine = Looked([batch_of(1, 3), batch_of(2, last=True)])
    order = Order(str(plan_file()), str(tmp_path / "out.jtl"))
    assert run(pyjm__prometheus_port="0").go(order, engine).status == 0
    (figures,) = found
    assert figures["pyjm_samples_total"] == {("sample", "a"): 3}
    assert figures["pyjm_server_batches_total"] == {("local",): 1}
    with pytest.raises(OSError, match="refused"):
        scraped(place_said(caplog))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"port": "abc"}, "pyjm.prometheus_port=abc is no port; write a number from 1 to 65535, or 0 for any"),
        ({"port": "0", "address": "192.0.2.1"}, "port 0 on 192.0.2.1 (pyjm.prometheus_…) can't be listened on: "),
    ],
)
def test_odd_values_are_refused_before_the_run(
    run: Callable[..., Run], played: type[Any], plan_file: Callable[..., Path], given: dict[str, str], text: str
) -> None:
    engine = played()
    done = run(**{f"pyjm__prometheus_{key}": value for key, value in given.items()}).go(Order(str(plan_file())), engine)
    (line,) = done.lines
    assert line.startswith(f"An error occurred: {text}")
    assert done.status == 1
    assert engine.job is None


def test_without_the_library_the_run_is_refused_and_the_extra_named(
    run: Callable[..., Run], played: type[Any], plan_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    done = run(pyjm__prometheus_port="0").go(Order(str(plan_file())), played())
    assert done.lines == [
        "An error occurred: pyjm.prometheus_port needs an extra of pyjm: pip install 'pyjm[prometheus]'"
    ]


def test_nothing_is_loaded_or_added_up_where_it_is_not_asked_for(
    run: Callable[..., Run], played: type[Any], plan_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    done = run().go(Order(str(plan_file())), played([Batch(1, last=True)]))
    assert done.status == 0
    assert done.crew.collector.metrics is None
