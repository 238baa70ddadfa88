"""Which certificate a target sees, and what is said about a keystore that is of no use."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from http_site import sampled
from tls_site import PASSWORD, jks, p12, pem, serving

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config.keystore_config import KeystoreConfig
from pyjm.engine.elements.samplers import http_certificates
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.vu.user import User

Users = Callable[..., User]
MANY = ("alice", "bob", "carol")
OF_COMMA = "https.socket.protocols=TLSv1.2,TLSv1.3"
BY_TURNS: dict[str, Prop] = {"startIndex": "0", "endIndex": "-1", "preload": "True", "clientCertAliasVarName": ""}
BY_WHO: dict[str, Prop] = {**BY_TURNS, "clientCertAliasVarName": "who"}
BOTH = pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


def keystore(build: Build, name: str, data: bytes, password: str = PASSWORD) -> None:
    path = build.base / name
    path.write_bytes(data)
    build.system = {"javax.net.ssl.keyStore": str(path), "javax.net.ssl.keyStorePassword": password}


def configured(build: Build, *configs: dict[str, Prop]) -> None:
    for number, props in enumerate(configs):
        KeystoreConfig(Node("KeystoreConfig", name="ks", path="Plan > ks", props=props, number=number), build)


def request(build: Build, port: int, keep: bool = False) -> HttpRequest:
    written: dict[str, Prop] = {"domain": "127.0.0.1", "port": str(port), "protocol": "https", "method": "GET"}
    props = {f"HTTPSampler.{key}": value for key, value in {**written, "path": "/", "use_keepalive": keep}.items()}
    return HttpRequest(Node("HTTPSamplerProxy", name="req", path="Plan > req", props=props), build)


def finish(build: Build) -> list[str]:
    for each in build.finish:
        each()
    build.finish.clear()
    return [str(fault) for fault in build.faults]


def seen(build: Build, users: list[User], times: int = 1, **how: Any) -> list[str]:
    """Give what the target saw of each user in turn, or what failed."""
    said = []

    async def main() -> None:
        async with serving(build.base, **{"trusted": MANY, **how}) as port:
            asked = request(build, port)
            finish(build)
            for _ in range(times):
                for user in users:
                    result = await sampled(asked, user)
                    said.append(result.text if result.success else f"{result.response_code} {result.response_message}")
            for user in users:
                asked.sampling.connections.close(user)
            await asyncio.sleep(0)  # what was closed goes

    asyncio.run(main())
    return said


def names(said: list[str]) -> list[str]:
    return [one.split(" ")[0] for one in said]


@pytest.mark.parametrize(
    ("name", "data"), [("a.p12", p12), ("a.jks", jks), ("a.pem", pem)]
)
@BOTH
def test_the_key_of_a_keystore_is_shown_to_who_asks(
    build: Build, users: Users, name: str, data: Callable[[str], bytes], newest: ssl.TLSVersion
) -> None:
    keystore(build, name, data("alice"))
    (said,) = seen(build, [users()], must=True, newest=newest)
    assert said.startswith("alice ")
    assert build.faults == []


def test_without_a_configuration_all_users_share_the_context_of_the_first_key(build: Build, users: Users) -> None:
    keystore(build, "many.jks", jks(*MANY))
    first = seen(build, [users(), users(1)], times=2)
    assert names(first) == ["alice"] * 4


@BOTH
def test_keys_are_shown_by_turns_to_those_who_ask(build: Build, users: Users, newest: ssl.TLSVersion) -> None:
    keystore(build, "many.jks", jks(*MANY))
    configured(build, BY_TURNS)
    assert names(seen(build, [users()], trusted=())) == ["nobody"]  # takes no turn
    assert names(seen(build, [users(n) for n in range(4)], newest=newest)) == ["alice", "carol", "bob", "alice"]


@BOTH
def test_so_they_are_where_http2_is_offered(build: Build, users: Users, newest: ssl.TLSVersion) -> None:
    build.properties["pyjm.http.version"] = "2"
    keystore(build, "many.jks", jks(*MANY))
    configured(build, BY_TURNS)
    assert names(seen(build, [users(n) for n in range(4)], newest=newest)) == ["alice", "carol", "bob", "alice"]


def test_a_user_shows_a_server_the_same_again_until_it_is_a_new_one(build: Build, users: Users) -> None:
    keystore(build, "many.jks", jks(*MANY))
    configured(build, BY_TURNS)

    async def main() -> None:
        async with serving(build.base, MANY) as port:
            asked = request(build, port)
            finish(build)
            user = users()
            assert [names([(await sampled(asked, user)).text])[0] for _ in range(3)] == ["alice"] * 3
            user.same_user, user.iteration = False, user.iteration + 1
            assert (await sampled(asked, user)).text.startswith("carol ")
            asked.sampling.connections.close(user)
            await asyncio.sleep(0)

    asyncio.run(main())


@pytest.mark.parametrize(("resumes", "shown"), [(True, ["alice"] * 3), (False, ["alice", "carol", "bob"])])
def test_it_is_the_server_that_resumes_a_session_or_sees_the_next(
    build: Build, users: Users, resumes: bool, shown: list[str]
) -> None:
    keystore(build, "many.jks", jks(*MANY))
    configured(build, BY_TURNS)
    assert names(seen(build, [users()], times=3, resumes=resumes)) == shown


def test_turns_that_nobody_asked_for_are_not_lost(build: Build, users: Users) -> None:
    keystore(build, "many.jks", jks(*MANY))
    configured(build, BY_TURNS)
    assert names(seen(build, [users(n) for n in range(4)], trusted=())) == ["nobody"] * 4
    assert names(seen(build, [users(n) for n in range(4, 7)])) == ["alice", "carol", "bob"]


def test_contexts_are_kept_for_so_many_keys(
    build: Build, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_certificates, "CONTEXTS_MAX", 2)
    keystore(build, "many.jks", jks(*MANY))
    configured(build, BY_WHO)
    said = seen(build, [users(at, who=name) for at, name in enumerate((*MANY, "alice"))])
    assert names(said) == [*MANY, "alice"]
    assert list(build.kept["http connections"].certificates.contexts) == ["carol", "alice"]


@BOTH
@pytest.mark.parametrize("must", [False, True])
def test_a_variable_names_the_key(build: Build, users: Users, newest: ssl.TLSVersion, must: bool) -> None:
    keystore(build, "many.jks", jks(*MANY))
    configured(build, BY_WHO)
    wrong = "Non HTTP response code: javax.net.ssl.SSLException Non HTTP response message: "
    said = seen(build, [users(0, who="bob"), users(1), users(2, who="BOB")], newest=newest, must=must)
    assert said[0].startswith("bob ")
    assert said[1:] == [f"{wrong}No var called 'who' found", f"{wrong}No PrivateKey found for alias:'BOB'"]


def test_a_wrong_name_is_no_fault_where_nobody_asks(build: Build, users: Users) -> None:
    keystore(build, "many.jks", jks(*MANY))
    configured(build, BY_WHO)
    assert names(seen(build, [users(), users(1, who="zed")], trusted=())) == ["nobody", "nobody"]


def test_a_context_is_made_once_for_each_key(build: Build, users: Users) -> None:
    keystore(build, "many.jks", jks(*MANY))
    configured(build, BY_WHO)
    seen(build, [users(n, who="bob") for n in range(3)])
    certificates = build.kept["http connections"].certificates
    assert list(certificates.contexts) == ["bob"]


@pytest.mark.parametrize(
    ("configs", "shown"),
    [
        ([{"startIndex": "1", "endIndex": "1"}], ["carol", "carol"]),
        ([{"startIndex": "1"}], ["carol", "bob"]),
        ([{"startIndex": "x", "endIndex": "y"}], ["alice", "carol"]),
        ([{"endIndex": "0", "preload": "True"}, {"startIndex": "2"}], ["alice", "alice"]),
        ([{"endIndex": "0"}, {"startIndex": "2"}], ["bob", "bob"]),
        ([{"startIndex": "${from}"}], ["carol", "bob"]),
    ],
    ids=str,
)
def test_indexes_choose_keys_and_one_configuration_counts(
    build: Build, users: Users, configs: list[dict[str, Prop]], shown: list[str]
) -> None:
    keystore(build, "many.jks", jks(*MANY))
    configured(build, *configs)
    assert names(seen(build, [users(0, **{"from": "1"}), users(1)])) == shown


def test_properties_are_the_indexes_that_a_configuration_leaves_open(build: Build, users: Users) -> None:
    keystore(build, "many.jks", jks(*MANY))
    build.properties |= {"https.keyStoreStartIndex": "2", "https.keyStoreEndIndex": "2"}
    configured(build, {})
    assert names(seen(build, [users()])) == ["bob"]


@pytest.mark.parametrize(
    ("name", "data", "password", "says"),
    [
        ("a.p12", lambda: p12("alice"), "wrong", "the password is wrong, or the file is damaged"),
        ("a.jks", lambda: jks("alice"), "wrong", "the password is wrong, or the file is damaged"),
        ("a.p12", lambda: b"garbage", PASSWORD, "it is no keystore: neither PKCS#12 nor PEM nor JKS"),
        ("a.jks", jks, PASSWORD, "it holds no private key"),
        ("a.p12", bytes, PASSWORD, "it is empty"),
    ],
)
def test_a_keystore_of_no_use_is_one_warning_and_users_show_nothing(
    build: Build, users: Users, name: str, data: Callable[[], bytes], password: str, says: str
) -> None:
    keystore(build, name, data(), password)
    assert names(seen(build, [users()])) == ["nobody"]
    (fault,) = build.faults
    assert str(fault) == f"keystore {build.base / name}: {says}; users show no certificate (see javax.net.ssl.keyStore)"
    assert not fault.fatal


def test_a_keystore_that_is_not_there_is_said(build: Build, users: Users, tmp_path: Path) -> None:
    build.system = {"javax.net.ssl.keyStore": str(tmp_path / "none.p12")}
    assert names(seen(build, [users()])) == ["nobody"]
    assert [fault.problem for fault in build.faults if not fault.fatal] == [
        f"keystore {tmp_path / 'none.p12'}: it does not exist; users show no certificate"
    ]


def test_a_certificate_that_has_expired_is_shown_and_said(build: Build) -> None:
    keystore(build, "old.p12", p12("alice", -1))
    request(build, 1)
    (fault,) = finish(build)
    assert fault.startswith("the certificate of 'alice' expired on ")
    assert not build.faults[0].fatal


def test_what_cannot_be_is_refused(build: Build) -> None:
    keystore(build, "many.jks", jks(*MANY))
    build.system["javax.net.ssl.keyStore"] = "NONE"
    configured(build, {"startIndex": "2", "endIndex": "1"})
    request(build, 1)
    finish(build)
    assert [fault.problem for fault in build.faults if fault.fatal] == [
        "startIndex 2 and endIndex 1 name no keys",
        "javax.net.ssl.keyStore=NONE: keys of PKCS#11 are not supported",
    ]


@pytest.mark.parametrize(
    ("properties", "version"),
    [
        ({"https.default.protocol": "TLS"}, "TLSv1.3"),
        ({"https.default.protocol": "TLSv1.2"}, "TLSv1.2"),
        ({"https.socket.protocols": "SSLv3 TLSv1.2"}, "TLSv1.2"),
        ({"https.socket.protocols": "TLSv1.3"}, "TLSv1.3"),
        ({"https.socket.protocols": "TLSv1.2,TLSv1.3"}, "TLSv1.3"),
    ],
    ids=str,
)
def test_properties_choose_the_version(build: Build, users: Users, properties: dict[str, str], version: str) -> None:
    build.properties |= properties
    assert seen(build, [users()]) == [f"nobody {version}"]
    assert [fault.problem for fault in build.faults] == (
        [f"the property {OF_COMMA} is ignored: the versions are TLSv1, TLSv1.1, TLSv1.2, TLSv1.3"]
        if "," in properties.get("https.socket.protocols", "")
        else []
    )


def test_servers_are_verified_where_a_property_says_so(build: Build, users: Users) -> None:
    build.properties["pyjm.https.verify"] = "true"
    (said,) = seen(build, [users()])
    assert "SSLHandshakeException" in said
    assert "PKIX path validation failed" in said
