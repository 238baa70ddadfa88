"""Challenges are read, and answered as their schemes say."""

from __future__ import annotations

import re

import pytest

from pyjm.engine.http import auth
from pyjm.engine.http.auth import Challenge, Credentials, answer, basic, challenges, digest

MUFASA = Credentials("Mufasa", "Circle of Life")


def test_of_several_challenges_in_a_field_httpclient_sees_the_first() -> None:
    found = challenges(['Digest realm="a, b", nonce="n", qop="auth,auth-int", Basic realm="c"', "Negotiate"])
    assert found == [
        Challenge("digest", {"realm": "a, b", "nonce": "n", "qop": "auth,auth-int", "basic realm": "c"}),
        Challenge("negotiate", {}),
    ]


def test_basic_is_user_and_password_in_base64() -> None:
    assert basic(Credentials("Aladdin", "open sesame")) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_is_that_of_rfc_7616(monkeypatch: pytest.MonkeyPatch, algorithm: str, response: str) -> None:
    monkeypatch.setattr(auth, "token_hex", lambda size: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    asked = {
        "realm": "http-auth@example.org",
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "qop": "auth, auth-int",
        "algorithm": algorithm,
    }
    given = digest(Challenge("digest", asked), MUFASA, "GET", "/dir/index.html", b"")
    assert given is not None
    assert re.search('response="(.*?)"', given)[1] == response  # type: ignore[index]


def test_digest_is_preferred_and_refused_basic_is_not_tried_again() -> None:
    both = ['Basic realm="r"', 'Digest realm="r", nonce="n"']
    assert (answer(both, lambda realm: MUFASA, "GET", "/", b"", tried_basic=False) or "").startswith("Digest ")
    assert answer(both[:1], lambda realm: MUFASA, "GET", "/", b"", tried_basic=True) is None


def test_credentials_for_another_realm_answer_nothing() -> None:
    assert answer(['Basic realm="r"'], lambda realm: None, "GET", "/", b"", tried_basic=False) is None


@pytest.mark.parametrize(
    "asked", ['Digest realm="r"', 'Digest realm="r", nonce="n", algorithm=X', "Digest qop=x, nonce=n"]
)
def test_a_digest_that_can_not_be_answered_is_not(asked: str) -> None:
    assert not answer([asked], lambda realm: MUFASA, "GET", "/", b"", tried_basic=False)
