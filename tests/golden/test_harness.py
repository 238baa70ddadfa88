"""The comparison finds engines that are deliberately wrong."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from golden.harness import differences, facts, free_port, is_shown

ROW = {
    "label": "GET /",
    "responseCode": "200",
    "responseMessage": "OK",
    "success": "true",
    "threadName": "users 1-1",
    "dataType": "text",
    "failureMessage": "",
    "bytes": "100",
    "sentBytes": "50",
    "grpThreads": "1",
    "URL": "http://127.0.0.1:8080/",
}
REQUEST = {"method": "GET", "target": "/", "headers": [["Host", "127.0.0.1:8080"]], "body": "", "conn": 1}


def made(rows: list[dict[str, str]], requests: list[dict[str, Any]]) -> dict[str, Any]:
    return {"code": 0, "header": "label", **facts(rows, requests, "/nowhere")}


def good() -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    rows = [{**ROW, "label": "one"}, {**ROW, "label": "two"}]
    return rows, [copy.deepcopy(REQUEST), {**copy.deepcopy(REQUEST), "target": "/two"}]


def test_the_same_is_the_same() -> None:
    jmeter = made(*good())
    assert differences(jmeter, jmeter, made(*good())) == []


def drop_row(rows: Any, requests: Any) -> None:
    rows.pop()


def swap_rows(rows: Any, requests: Any) -> None:
    rows.reverse()


def fail_row(rows: Any, requests: Any) -> None:
    rows[0]["success"] = "false"


def other_size(rows: Any, requests: Any) -> None:
    rows[0]["bytes"] = "101"


def other_thread(rows: Any, requests: Any) -> None:
    rows[0]["threadName"] = rows[1]["threadName"] = "users 1-2"


def other_count(rows: Any, requests: Any) -> None:
    rows[0]["grpThreads"] = "2"


def drop_request(rows: Any, requests: Any) -> None:
    requests.pop()


def more_header(rows: Any, requests: Any) -> None:
    requests[0]["headers"].append(["Accept", "*/*"])


def other_body(rows: Any, requests: Any) -> None:
    requests[0]["body"] = "x"


def other_connection(rows: Any, requests: Any) -> None:
    requests[1]["conn"] = 2


WRONG = [
    drop_row, swap_rows, fail_row, other_size, other_thread, other_count, drop_request, more_header, other_body,
    other_connection,
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_engine_is_found(wrong: Callable[[Any, Any], None]) -> None:
    jmeter = made(*good())
    rows, requests = good()
    wrong(rows, requests)
    assert differences(jmeter, jmeter, made(rows, requests)) != []


def test_digits_are_left_out_only_where_jmeter_itself_differs() -> None:
    rows, requests = good()
    first = made(rows, requests)
    rows[0]["label"] = rows[1]["label"] = "at 123"
    second_rows, _ = good()
    second_rows[0]["label"] = second_rows[1]["label"] = "at 456"
    own_rows, _ = good()
    own_rows[0]["label"] = own_rows[1]["label"] = "at 789"
    first, second, ours = made(rows, requests), made(second_rows, requests), made(own_rows, requests)
    assert differences(first, second, ours) == []
    assert differences(first, first, ours) != []


def test_another_exit_code_is_a_difference() -> None:
    jmeter = made(*good())
    assert differences(jmeter, jmeter, {**jmeter, "code": 1}) != []


@pytest.mark.parametrize(("late_ms", "found"), [(0, False), (400, False), (900, True)])
def test_a_user_that_starts_at_another_time_is_found_where_the_schedule_is_held(late_ms: int, found: bool) -> None:
    jmeter = {**made(*good()), "starts": {"users 1-1": 0, "users 1-2": 1000}}
    ours = {**made(*good()), "starts": {"users 1-1": 0, "users 1-2": 1000 + late_ms}}
    assert bool(differences(jmeter, jmeter, ours)) is found


def test_too_many_samples_are_found_where_the_schedule_is_held() -> None:
    jmeter = {**made(*good()), "starts": {}}
    rows, requests = good()
    assert differences(jmeter, jmeter, {**made(rows * 2, requests), "starts": {}}) != []


def test_a_runs_port_is_no_number_that_a_plan_shows() -> None:
    assert is_shown("2026"), "a year in the dates of http_cache_modified"
    assert not any(is_shown(free_port()) for _ in range(3))
