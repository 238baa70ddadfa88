"""A certificate that expires in mid-run: links that are open go on, no new one is, and that is said in one line."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Callable

import pytest
from faults.acts import POLICIES
from faults.field import Field
from faults.test_deadly import said_within, was_followed
from faults.test_harmless import has_lost_nothing, policed

from pyjm.keystore.generate import KeyRequest, make_keystore
from pyjm.keystore.name import parse_name

VALID_S = 15.0

EXPIRED = "has expired"


def expiring(field: Field) -> Callable[[], None]:
    """Have the one certificate of all machines expire soon; gives what waits until it has."""
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=VALID_S)
    request = KeyRequest(parse_name("CN=brief"), validity_days=1)
    (field.folder / "rmi_keystore.jks").write_bytes(make_keystore(request, now - datetime.timedelta(days=1)))
    until = time.monotonic() + VALID_S + 1.5  # certificates count whole seconds

    def wait() -> None:
        time.sleep(max(0.0, until - time.monotonic()))

    return wait


def test_links_that_are_open_go_on_and_the_next_run_is_refused(field: Field) -> None:
    expired = expiring(field)
    spots = field.servers("one", "two")
    controller = field.controller(spots, duration_s=VALID_S)
    assert re.search("certificate expires", controller.says(r"certificate expires.*\n")), "that it will is said before"
    field.flows(controller)
    expired()
    has_lost_nothing(field, controller)
    field.next_run()
    again = field.controller(spots, duration_s=2)
    assert again.ends(30) == 1, again.text
    assert "its certificate expired on" in again.text
    assert "Traceback" not in again.text
    assert field.requested() == 0


@pytest.mark.parametrize("policy", POLICIES)
def test_a_link_that_is_cut_is_not_opened_again(field: Field, policy: str) -> None:
    expired = expiring(field)
    (one, two), given = policed(field, policy, "one", "two")
    controller = field.controller([one, two], *given, duration_s=120 if policy == "stop" else VALID_S + 5)
    field.flows(controller)
    expired()
    two.way.cut()
    said_within(controller, f"{two.address} is lost: the connection", 5)
    assert controller.ends(120) == 1, controller.text
    (line,) = set(re.findall(rf"^{two.address} is lost: .*$", controller.text, re.MULTILINE))
    assert EXPIRED in line
    assert "create-rmi-keystore" in line
    assert field.account(controller).unknown == [two.address]
    was_followed(controller, policy, one.address, two.address)
