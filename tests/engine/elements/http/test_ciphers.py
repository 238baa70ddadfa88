"""Cipher suites by property: Java's names, and what they mean for the versions of TLS."""

from __future__ import annotations

import ssl

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.samplers.http_tls import context_maker, is_known, openssl_name

RSA, ECDSA = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
ALL_13 = "TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256,TLS_CHACHA20_POLY1305_SHA256"


@pytest.mark.parametrize(
    ("name", "cipher"),
    [
        ("TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"),
        ("TLS_RSA_WITH_AES_256_CBC_SHA256", "AES256-SHA256"),
        ("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "DHE-RSA-AES256-GCM-SHA384"),
        ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "ECDHE-RSA-AES256-SHA384"),
        ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"),
        (ECDSA, "ECDHE-ECDSA-AES256-GCM-SHA384"),
    ],
)
def test_names_of_java_are_those_of_openssl(name: str, cipher: str) -> None:
    assert openssl_name(name) == cipher
    assert is_known(cipher)


def offered(build: Build, listed: str) -> tuple[list[str], ssl.TLSVersion, ssl.TLSVersion]:
    """Give the ciphers before TLS 1.3, the oldest and the newest version that a list leads to."""
    build.properties["https.cipherSuites"] = listed
    context = context_maker(build)()
    names = [each["name"] for each in context.get_ciphers() if not each["name"].startswith("TLS_")]
    return names, context.minimum_version, context.maximum_version


def test_only_what_is_listed_is_offered(build: Build) -> None:
    names, _, newest = offered(build, f"{RSA},  {ECDSA}")
    assert names == ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"]
    assert newest == ssl.TLSVersion.TLSv1_2
    names, _, newest = offered(build, f"{RSA},{ALL_13}")
    assert (names, newest) == (["ECDHE-RSA-AES128-GCM-SHA256"], ssl.TLSVersion.MAXIMUM_SUPPORTED)
    assert offered(build, ALL_13)[1] == ssl.TLSVersion.TLSv1_3
    assert build.faults == []


def test_part_of_tls_1_3_is_all_of_it_and_said(build: Build) -> None:
    assert offered(build, "TLS_AES_128_GCM_SHA256")[1] == ssl.TLSVersion.TLSv1_3
    (fault,) = build.faults
    assert not fault.fatal
    assert "TLS 1.3 is spoken with all of" in fault.problem


def test_a_name_that_is_none_makes_the_list_of_no_effect(build: Build) -> None:
    assert len(offered(build, f"{RSA},TLS_NONE")[0]) > 5
    assert [fault.problem for fault in build.faults] == [
        "the property https.cipherSuites is ignored: no cipher suite 'TLS_NONE' is known here"
    ]
