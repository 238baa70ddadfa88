"""What a server shows to Prometheus: its present test, batches that wait, its workers."""

from __future__ import annotations

from pathlib import Path

import pytest
from wired.rig import eventually, job_of, serving, settings_of
from wired.scrape import place_said, scraped

from pyjm.client.remote import Remote
from pyjm.engine.run.engine import Health, WorkerHealth
from pyjm.server.cli import run
from pyjm.server.metrics import shown


def test_a_server_shows_the_test_that_it_runs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with serving(tmp_path, pyjm__prometheus_port="0") as server, shown(server.settings) as begin:
        server.host.on_run = begin
        url = place_said(caplog)
        assert scraped(url)["pyjm_test_running"] == {(): 0}
        member = Remote(server.address, server.settings)
        try:
            for samples in (3, 5):  # the second test begins anew
                member.configure(job_of())
                health = Health(active=2, each=[WorkerHealth(1.5, 20.0)])
                server.engine.health = lambda health=health: health  # type: ignore[method-assign,misc]
                member.start_at(0)
                server.engine.play(samples)
                server.engine.play(1)
                assert eventually(lambda: scraped(url)["pyjm_batches_total"] == {(): 2})
                found = scraped(url)
                assert found["pyjm_samples_total"] == {("sample", "a"): samples + 1}
                assert found["pyjm_batches_waiting"] == {(): 2}
                assert found["pyjm_spool_bytes"] == {(): 0}
                assert found["pyjm_test_running"] == {(): 1}
                assert found["pyjm_users"] == {(): 2}
                assert found["pyjm_event_loop_lag_seconds"] == {("1",): 0.02}
                member.take(1, 1.0)
                assert scraped(url)["pyjm_batches_waiting"] == {(): 1}
        finally:
            member.close()
        assert eventually(lambda: scraped(url)["pyjm_test_running"] == {(): 0})


def test_without_a_port_nothing_is_told_of_batches(tmp_path: Path) -> None:
    with shown(settings_of(tmp_path)) as begin, serving(tmp_path) as server:
        server.host.on_run = begin
        member = Remote(server.address, server.settings)
        try:
            member.configure(job_of())
            lease = server.host._lease
            assert lease is not None
            assert lease.run is not None
            assert lease.run.on_batch is None
        finally:
            member.close()


def test_an_odd_port_keeps_the_server_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["-Jserver.rmi.ssl.disable=true", "-Jpyjm.prometheus_port=x"], {}) == 1
    assert capsys.readouterr().err == (
        "Server failed to start: pyjm.prometheus_port=x is no port; write a number from 1 to 65535, or 0 for any\n"
    )
