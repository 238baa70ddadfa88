"""One holder at a time: who has the server, since when, and what becomes of it when the holder is gone."""

from __future__ import annotations

import errno
import logging
import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from wired.rig import Server, batch_of, eventually, job_of, serving

from pyjm.engine.plan.faults import Fault
from pyjm.server import run as server_run
from pyjm.server.wire.contract import Refused, pack, unpack, unpack_batches, unpack_map
from pyjm.server.wire.link import Link

PLAIN = "true"


def acquired(server: Server) -> tuple[Link, str]:
    link = server.greeted()
    return link, str(unpack_map(link.call("acquire"))["token"])


def configured(server: Server, token: str, **order: Any) -> Link:
    """Open a data link and have a test compiled."""
    link = server.greeted("data")
    link.call("attach", token)
    job = job_of()
    sha = "0" * 64
    server.host.store()._folder.joinpath(sha).write_bytes(job.plan)
    told = {key: value for key, value in job.to_plain().items() if key not in ("plan", "files")}
    given = {"name": "h1:1099", "base": ".", "plan": sha, "files": [], "job": {**told, **order.pop("job", {})}, **order}
    assert unpack(link.call("configure", pack(given))) == []
    return link


def test_a_second_controller_is_told_who_holds_the_server_and_since_when(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN) as server:
        acquired(server)
        with pytest.raises(
            Refused, match=r"Engine is busy - please try later \(held by tester at 127.0.0.1:\d+ since \d{4}-"
        ) as caught:
            server.greeted().call("acquire")
        assert caught.value.code == "busy"


def test_what_is_released_is_free_for_the_next(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN) as server:
        link, token = acquired(server)
        configured(server, token)
        link.call("release")
        assert server.engine.closed
        acquired(server)


def test_where_there_is_no_room_for_a_test_none_of_its_processes_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(kind: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"/small/{kind}")

    monkeypatch.setattr(server_run, "Folder", full)
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN) as server:
        _, token = acquired(server)
        with pytest.raises(Refused, match="the server cannot go on: /small/run- No space left on device"):
            configured(server, token)
        assert server.engine.closed


@pytest.mark.parametrize("name", ["renew", "stop", "shutdown", "exit", "health", "release"])
def test_only_the_holder_may(tmp_path: Path, name: str) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN) as server:
        _, token = acquired(server)
        configured(server, token)
        with pytest.raises(Refused) as caught:
            server.greeted().call(name)
        assert caught.value.code == "lease"
        assert not server.host.leaving.is_set()
        assert server.engine.stops == []


def test_a_guessed_token_opens_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN) as server:
        acquired(server)
        with pytest.raises(Refused) as caught:
            server.greeted("data").call("attach", "guessé")
        assert caught.value.code == "lease"


def test_a_lease_that_runs_out_stops_the_load_and_takes_the_next(tmp_path: Path, caplog: Any) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN, pyjm__lease="0.4") as server:
        link, token = acquired(server)
        configured(server, token)
        link.call("start_at", 0)
        with caplog.at_level(logging.ERROR):
            assert eventually(lambda: server.engine.closed)
        assert eventually(lambda: server.lines[-1].startswith("Finished the test on host h1:1099 @ "))
        assert any("was not heard of for 0.4 s" in line for line in server.lines)
        acquired(server)
        with pytest.raises((Refused, EOFError)):
            link.call("renew")


def test_any_call_of_the_holder_renews_the_lease(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN, pyjm__lease="1.5") as server:
        link, token = acquired(server)
        data = configured(server, token)
        link.call("start_at", 0)
        for _ in range(10):
            data.call("take", 0, 0.3, 1000)
        assert not server.engine.closed


def test_a_lease_does_not_run_out_while_a_plan_is_compiled(tmp_path: Path) -> None:
    waiting = threading.Event()
    with serving(
        tmp_path, server__rmi__ssl__disable=PLAIN, pyjm__lease="1", compiling=lambda: waiting.wait(2)
    ) as server:
        _, token = acquired(server)
        data = configured(server, token)
        data.call("renew")


def test_a_test_is_said_to_start_and_finish_as_jmeter_says_it(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN) as server:
        link, token = acquired(server)
        configured(server, token)
        link.call("start_at", 0)
        server.engine.play(3, last=True)
        assert eventually(lambda: len(server.lines) == 2)
        moment = r"\d{4} [A-Z][a-z]{2} \d+ \d\d:\d\d:\d\d \S+ \(\d{13}\)"
        for line, word in zip(server.lines, ("Starting", "Finished")):
            assert re.fullmatch(f"{word} the test on host h1:1099 @ {moment}", line), line


def test_the_holder_s_properties_lie_over_the_server_s_and_go_with_its_test(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN, mine="1", both="1") as server:
        link, token = acquired(server)
        configured(server, token, job={"properties": {"both": "2", "sent": "3"}})
        job = server.engine.job
        assert job is not None
        assert (job.properties["mine"], job.properties["both"], job.properties["sent"]) == ("1", "2", "3")
        assert job.host_prefix == "h1:1099-"
        link.call("release")
        _, token = acquired(server)
        configured(server, token)
        job = server.engine.job
        assert job is not None
        assert "sent" not in job.properties


def test_batches_wait_until_they_are_acknowledged_and_come_again_until_then(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN) as server:
        link, token = acquired(server)
        data = configured(server, token)
        link.call("start_at", 0)
        server.engine.play(2)
        server.engine.play(3)
        assert eventually(lambda: unpack_map(link.call("renew"))["made"] == 5)
        both = [batch_of(1, 2).to_bytes(), batch_of(2, 3).to_bytes()]
        for _ in range(2):
            assert unpack_batches(data.call("take", 0, 0.0, 1000)[0]) == both
        assert unpack_batches(data.call("take", 1, 0.0, 1000)[0]) == both[1:]
        assert unpack_batches(data.call("take", 2, 0.0, 1000)[0]) == []


def test_what_waits_does_not_hold_back_what_must_be_answered_at_once(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN) as server:
        link, token = acquired(server)
        with pytest.raises(Refused, match="belongs on the data link"):
            link.call("take", 0, 5.0, 1000)
        data = configured(server, token)
        with pytest.raises(Refused, match="belongs on the data link"):
            link.call("configure", b"{}")
        data.close()


@pytest.mark.parametrize("order", [b"[]", b"{}", b'{"job": 5}', b"\xff", b'{"job": {"plan_name": 1}}'])
def test_an_order_of_another_form_is_refused(tmp_path: Path, order: bytes) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN) as server:
        _, token = acquired(server)
        link = server.greeted("data")
        link.call("attach", token)
        with pytest.raises(Refused):
            link.call("configure", order)


def test_all_faults_of_a_plan_come_back(tmp_path: Path) -> None:
    fault = Fault("Test Plan > x", "is unknown", "remove it")
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN, faults=[fault]) as server:
        _, token = acquired(server)
        with pytest.raises(AssertionError, match="is unknown"):
            configured(server, token)


def test_a_server_that_exits_after_its_test_says_so_and_takes_no_other(tmp_path: Path) -> None:
    with serving(tmp_path, server__rmi__ssl__disable=PLAIN, server__exitaftertest="true") as server:
        link, token = acquired(server)
        configured(server, token)
        link.call("start_at", 0)
        server.engine.play(last=True)
        assert eventually(lambda: server.lines[-1].endswith(" - exit requested."))
        link.call("release")
        assert server.host.leaving.is_set()
        with pytest.raises(Refused, match="about to end"):
            server.greeted().call("acquire")
