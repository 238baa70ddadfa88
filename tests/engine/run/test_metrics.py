"""Figures for Prometheus: exact sums, percentiles as they are, bounded whatever the labels; odd places refused."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from prometheus_client.core import Metric
from wired.scrape import Figures, scraped

from pyjm.engine.results.tally import Tally
from pyjm.engine.run.engine import Health, WorkerHealth
from pyjm.engine.run.metrics import (
    MOST_LABELS,
    OTHERS,
    Endpoint,
    HealthFamilies,
    Labels,
    MetricsError,
    place_of,
    three_digits,
)
from pyjm.properties import Settings

Show = Callable[[Callable[[], Iterable[Metric]]], Figures]


def tally(*times_ms: int, errors: int = 0, transaction: bool = False) -> Tally:
    made = Tally(transaction=transaction)
    made.count, made.errors, made.sum_ms = len(times_ms), errors, sum(times_ms)
    made.received, made.sent = 100 * len(times_ms), 10 * len(times_ms)
    for at_ms in times_ms:
        made.times[at_ms] = made.times.get(at_ms, 0) + 1
    return made


@pytest.fixture
def show() -> Iterator[Show]:
    """Show figures on a port and read them."""
    endpoints = []

    def read(collect: Callable[[], Iterable[Metric]]) -> Figures:
        endpoints.append(Endpoint("127.0.0.1", 0, collect))
        return scraped(endpoints[-1].url)

    yield read
    for endpoint in endpoints:
        endpoint.close()


def test_each_label_has_its_samples_errors_and_bytes(show: Show) -> None:
    labels = Labels()
    for _ in range(2):
        labels.add({"GET /": tally(4, 6, errors=1), "cart": tally(10, transaction=True)})
    found = show(labels.families)
    assert found["pyjm_samples_total"] == {("sample", "GET /"): 4, ("transaction", "cart"): 2}
    assert found["pyjm_errors_total"][("sample", "GET /")] == 2
    assert found["pyjm_received_bytes_total"][("sample", "GET /")] == 400
    assert found["pyjm_sent_bytes_total"][("sample", "GET /")] == 40
    assert found["pyjm_response_seconds_sum"][("sample", "GET /")] == 0.02
    assert found["pyjm_response_seconds_count"][("sample", "GET /")] == 4


def test_percentiles_are_those_of_all_samples(show: Show) -> None:
    labels = Labels()
    for at_ms in range(1, 101):
        labels.add({"a": tally(at_ms)})
    found = show(labels.families)["pyjm_response_quantile_seconds"]
    assert found == {
        ("sample", "a", "0.5"): 0.05,
        ("sample", "a", "0.9"): 0.09,
        ("sample", "a", "0.95"): 0.095,
        ("sample", "a", "0.99"): 0.099,
    }


def test_buckets_count_what_is_not_above_their_limit(show: Show) -> None:
    labels = Labels()
    labels.add({"a": tally(0, 5, 6, 60_000, 60_100)})
    found = show(labels.families)["pyjm_response_seconds_bucket"]
    counts = {key[-1]: count for key, count in found.items()}
    assert (counts["0.005"], counts["0.01"], counts["30.0"], counts["60.0"], counts["+Inf"]) == (2, 3, 3, 4, 5)


def test_labels_without_end_are_bounded_and_lose_nothing(show: Show) -> None:
    labels = Labels()
    for number in range(MOST_LABELS + 50):
        labels.add({f"/item/{number}": tally(1)})
    found = show(labels.families)["pyjm_samples_total"]
    assert len(found) == MOST_LABELS + 1
    assert found["sample", OTHERS] == 50
    assert sum(found.values()) == MOST_LABELS + 50


def test_a_batch_is_left_as_it_is() -> None:
    one = tally(1234)
    labels = Labels()
    labels.add({"a": one})
    labels.add({"a": one})
    assert one.times == {1234: 1}
    assert one.count == 1


@pytest.mark.parametrize(("at_ms", "rounded_ms"), [(0, 0), (999, 999), (1000, 1000), (1239, 1230), (123_456, 123_000)])
def test_long_times_have_three_digits(at_ms: int, rounded_ms: int) -> None:
    assert three_digits(at_ms) == rounded_ms


def test_the_workers_of_a_server_are_told_apart(show: Show) -> None:
    def collect() -> Iterable[Metric]:
        health = HealthFamilies("server")
        health.add(Health(active=7, each=[WorkerHealth(1.5, 20.0), WorkerHealth(0.5, 0.0)]), "s1")
        return health.families()

    found = show(collect)
    assert found["pyjm_users"] == {("s1",): 7}
    assert found["pyjm_event_loop_lag_seconds"] == {("s1", "1"): 0.02, ("s1", "2"): 0}
    assert found["pyjm_cpu_seconds_total"] == {("s1", "1"): 1.5, ("s1", "2"): 0.5}


def test_odd_labels_come_as_they_are(show: Show) -> None:
    labels = Labels()
    label = 'a "b" \\ \n ü'
    labels.add({label: tally(1)})
    assert show(labels.families)["pyjm_samples_total"] == {("sample", label): 1}


def test_a_label_that_can_not_be_written_breaks_nothing(show: Show) -> None:
    labels = Labels()
    labels.add({"a\ud800": tally(1)})
    assert show(labels.families)["pyjm_samples_total"] == {("sample", "a?"): 1}


# where


def settings(folder: Path, **given: str) -> Settings:
    pairs = [("J", f"pyjm.prometheus_{key}={value}") for key, value in given.items()]
    return Settings.load(pairs, environ={}, cwd=folder)


def test_no_port_is_asked_for_by_default(tmp_path: Path) -> None:
    assert place_of(settings(tmp_path)) is None
    assert place_of(settings(tmp_path, port="9270")) == ("127.0.0.1", 9270)
    assert place_of(settings(tmp_path, port=" 9270 ", address="0.0.0.0")) == ("0.0.0.0", 9270)


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "1.5", "0x10", "99999999999999999999"])
def test_what_is_no_port_is_refused_in_a_line(tmp_path: Path, port: str) -> None:
    with pytest.raises(MetricsError) as caught:
        place_of(settings(tmp_path, port=port))
    assert str(caught.value) == f"pyjm.prometheus_port={port} is no port; write a number from 1 to 65535, or 0 for any"


@pytest.mark.parametrize("address", ["nowhere.invalid", "192.0.2.1", "x" * 300])
def test_an_address_that_is_not_this_machines_is_refused_in_a_line(address: str) -> None:
    with pytest.raises(MetricsError) as caught:
        Endpoint(address, 0, list)
    assert str(caught.value).startswith(f"port 0 on {address} (pyjm.prometheus_…) can't be listened on: ")
    assert "\n" not in str(caught.value)


def test_a_port_in_use_is_refused_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(MetricsError) as caught:
        Endpoint("127.0.0.1", taken.getsockname()[1], list)
    assert "Address already in use" in str(caught.value)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(MetricsError) as caught:
        Endpoint("127.0.0.1", 0, list)
    assert str(caught.value) == "pyjm.prometheus_port needs an extra of pyjm: pip install 'pyjm[prometheus]'"
