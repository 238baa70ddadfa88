"""Logins by Kerberos: against a key distribution center where there is one, refused where the library is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from http_site import sampled
from support import live_kerberos
from support.live_kerberos import Center, LiveKerberos

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config import auth_manager
from pyjm.engine.elements.config.auth_manager import AuthManager
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.http import negotiate
from pyjm.engine.http.auth import Credentials
from pyjm.engine.http.negotiate import Negotiation, Spnego, Tickets, offered
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.user import User

Users = Callable[..., User]
live = pytest.mark.skipif(
    find_spec("gssapi") is None or not live_kerberos.is_there(), reason="needs gssapi and a krb5kdc"
)


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    center = Center(tmp_path_factory.mktemp("kerberos"))
    yield center
    center.close()


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(negotiate, "_said", set())


def manager_of(build: Build, password: str = "secret", **more: str | bool) -> AuthManager:
    line = {"url": "", "username": "me", "password": password, "mechanism": "KERBEROS"}
    written = Node("Authorization", props={f"Authorization.{key}": value for key, value in line.items()})
    props: dict[str, Prop] = {"AuthManager.auth_list": [written], **more}
    return AuthManager(Node("AuthManager", path="Plan > who", props=props), build)


def asked(build: Build, gate: LiveKerberos, user: User, times: int, manager: AuthManager) -> list[SampleResult]:
    """Ask a gate some times, each time in a new iteration."""

    async def main() -> list[SampleResult]:
        server = await asyncio.start_server(gate.serve, "127.0.0.1", 0)
        async with server:
            build.configs = [manager]
            props: dict[str, Prop] = {"domain": "localhost", "port": str(server.sockets[0].getsockname()[1])}
            props |= {"path": "/x", "method": "GET", "use_keepalive": True}
            named: dict[str, Prop] = {f"HTTPSampler.{key}": value for key, value in props.items()}
            request = HttpRequest(Node("HTTPSamplerProxy", name="req", path="Plan > req", props=named), build)
            found = []
            for _ in range(times):
                manager.iteration_start(user)
                found.append(await sampled(request, user))
            request.thread_finished(user)
            return found

    return asyncio.run(main())


@live
@pytest.mark.parametrize("scheme", ["Negotiate", "Kerberos", "negotiate, NTLM", "Basic realm=x, Negotiate"])
def test_a_user_is_let_in_by_a_ticket(
    build: Build, users: Users, center: Center, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    gate = LiveKerberos(center, monkeypatch, scheme)
    logins, before = center.asked("AS_REQ"), center.asked("TGS_REQ")
    found = asked(build, gate, users(), 2, manager_of(build))
    assert [(each.response_code, each.text) for each in found] == [("200", "hello")] * 2
    assert gate.users == ["me@PYJM.TEST"] * 2
    assert gate.shown == ["", "Negotiate"] * 2
    assert (center.asked("AS_REQ") - logins, center.asked("TGS_REQ") - before) == (1, 1)


@live
def test_a_user_logs_in_anew_in_each_iteration_where_the_manager_says_so(
    build: Build, users: Users, center: Center, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, before = LiveKerberos(center, monkeypatch), center.asked("AS_REQ")
    asked(build, gate, users(), 3, manager_of(build, **{"AuthManager.clearEachIteration": True}))
    assert center.asked("AS_REQ") - before == 3


@live
def test_a_wrong_password_leaves_the_refusal_and_says_why_once(
    build: Build, users: Users, center: Center, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate = LiveKerberos(center, monkeypatch)
    found = asked(build, gate, users(), 2, manager_of(build, "wrong"))
    assert [each.response_code for each in found] == ["401", "401"]
    assert gate.users == [] and gate.shown == ["", ""]
    assert [text.partition(":")[0] for text in caplog.messages] == ["a login by Kerberos failed"]
    assert "\n" not in caplog.messages[0]


@live
def test_where_java_s_configuration_of_kerberos_is_says_its_system_property(
    build: Build, users: Users, center: Center, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gate = LiveKerberos(center, monkeypatch)
    monkeypatch.setenv("KRB5_CONFIG", str(tmp_path / "nowhere"))
    build.system["java.security.krb5.conf"] = str(center.config)
    assert [each.text for each in asked(build, gate, users(), 1, manager_of(build))] == ["hello"]


def test_without_the_extra_the_plan_is_refused_with_one_line(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth_manager, "is_there", lambda: False)
    manager_of(build)
    [fault] = build.faults
    assert (fault.path, fault.fatal) == ("Plan > who", True)
    assert fault.problem == "the mechanism KERBEROS needs pyjm's extra"
    assert fault.remedy.startswith("pip install 'pyjm[kerberos]'")


def test_a_mechanism_that_only_the_run_tells_is_not_found_wanting_before(
    build: Build, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(negotiate, "is_there", lambda: False)
    logins = [Negotiation(Credentials("me", "pw"), Tickets(), "host", 80, Spnego()) for _ in range(2)]
    assert [login.reply(["Negotiate"]) for login in logins] == [None, None]
    assert [text.partition(" (")[0][:41] for text in caplog.messages] == ["the mechanism KERBEROS needs pyjm's extra"]


@pytest.mark.parametrize(
    ("settings", "port", "name"),
    [
        (Spnego(True, False), 8080, "HTTP@shop.test"),
        (Spnego(False, False), 8080, "HTTP@shop.test:8080"),
        (Spnego(False, False), 443, "HTTP@shop.test"),
        (Spnego(True, True), 80, "HTTP@real.test"),
    ],
)
def test_a_server_is_named_as_the_properties_say(
    monkeypatch: pytest.MonkeyPatch, settings: Spnego, port: int, name: str
) -> None:
    monkeypatch.setattr(negotiate, "canonical", lambda host, port: "real.test")
    assert Negotiation(Credentials("me", "pw"), Tickets(), "shop.test", port, settings)._service() == name


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (["Negotiate"], ("negotiate", "")),
        (["Kerberos", "Negotiate"], ("negotiate", "")),
        (["Basic realm=x, NEGOTIATE abc="], ("negotiate", "abc=")),
        (["Kerberos"], ("kerberos", "")),
        (["NTLM"], None),
        ([], None),
    ],
)
def test_what_is_offered(fields: list[str], found: tuple[str, str] | None) -> None:
    assert offered(fields) == found
