"""Keystores of all formats are read alike, told by content, and every fault is one line that says what mends it."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pyjm.keystore.generate import KeyRequest, make_keystore
from pyjm.keystore.name import parse_name
from pyjm.keystore.store import KeystoreError, check_dates, expiry_warning, read_keystore, read_truststore

NOW = datetime.datetime(2030, 6, 15, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)

RECORDED = [("keytool.p12", "CN=keytool,O=test"), ("legacy.p12", "CN=legacy,O=test"), ("keytool.jks", "CN=jks,O=test")]
MANY = [
    ("rmi", ["signed", "authority"]),
    ("RMI", ["signed", "authority"]),
    ("other", ["other"]),
    ("chained", ["chained", "second"]),
]


def names(certificates: Any) -> list[str]:
    return [certificate.subject.rfc4514_string() for certificate in certificates]


def refused(path: Path, password: str = "changeit", alias: str = "rmi") -> str:
    """Return the one line with which a keystore is refused."""
    with pytest.raises(KeystoreError) as error:
        read_keystore(path, password, alias)
    line = str(error.value)
    assert "\n" not in line
    assert str(path) in line
    assert "create-rmi-keystore" in line
    return line


class TestKeytool:
    @pytest.mark.parametrize(("file", "subject"), RECORDED)
    def test_its_keystores_are_read(self, keys: Any, file: str, subject: str) -> None:
        store = read_keystore(keys.data / file, "changeit", "rmi")
        assert names(store.chain) == names(store.trusted) == [subject]
        assert store.key.public_key() == store.certificate.public_key()

    @pytest.mark.parametrize("file", [file for file, _ in RECORDED] + ["many.p12", "many.jks"])
    def test_the_name_of_the_file_does_not_count(self, keys: Any, file: str) -> None:
        path = keys.write("some.pem", (keys.data / file).read_bytes())
        assert read_keystore(path, "changeit", "rmi").chain

    @pytest.mark.parametrize("file", [file for file, _ in RECORDED] + ["many.p12", "many.jks"])
    def test_a_wrong_password_is_said(self, keys: Any, file: str) -> None:
        line = refused(keys.data / file, password="changeme")
        assert "the password is wrong" in line
        assert "server.rmi.ssl.keystore.password" in line

    @pytest.mark.parametrize("file", ["many.p12", "many.jks"])
    @pytest.mark.parametrize(("alias", "chain"), MANY)
    def test_the_alias_chooses_whatever_its_case(self, keys: Any, file: str, alias: str, chain: list[str]) -> None:
        store = read_keystore(keys.data / file, "changeit", alias)
        assert names(store.chain) == [f"CN={name},O=test" for name in chain]
        assert store.key.public_key() == store.certificate.public_key()

    @pytest.mark.parametrize("file", ["many.p12", "many.jks"])
    def test_an_unknown_alias_is_answered_with_those_that_there_are(self, keys: Any, file: str) -> None:
        line = refused(keys.data / file, alias="ca")
        assert "no key under the alias 'ca'" in line
        assert all(name in line for name in ("'rmi'", "'other'", "'chained'"))

    @pytest.mark.parametrize("file", ["many.p12", "many.jks"])
    def test_trusted_are_the_leaves_and_the_entries_made_for_it_but_no_chain(self, keys: Any, file: str) -> None:
        trusted = read_truststore(keys.data / file, "changeit")
        assert sorted(names(trusted)) == [f"CN={name},O=test" for name in ("authority", "chained", "other", "signed")]

    @pytest.mark.skipif(shutil.which("keytool") is None, reason="keytool is not installed")
    @pytest.mark.parametrize("kind", ["PKCS12", "JKS"])
    def test_what_this_machines_makes_is_read(self, keys: Any, kind: str) -> None:
        path = keys.folder / "made.jks"
        command = ["keytool", "-genkeypair", "-keyalg", "RSA", "-keysize", "2048", "-alias", "rmi", "-validity", "7"]
        command += ["-dname", "CN=here", "-storepass", "changeit", "-storetype", kind, "-keystore", str(path)]
        command += ["-keypass", "changeit"] if kind == "JKS" else []
        subprocess.run(command, check=True, capture_output=True)
        store = read_keystore(path, "changeit", "rmi")
        assert names(store.chain) == ["CN=here"]
        assert expiry_warning(store, datetime.datetime.now(datetime.UTC)) is None

    @pytest.mark.skipif(shutil.which("keytool") is None, reason="keytool is not installed")
    def test_it_reads_ours(self, keys: Any) -> None:
        path = keys.write("ours.jks", make_keystore(KeyRequest(parse_name("CN=ours"))))
        command = ["keytool", "-list", "-keystore", str(path), "-storepass", "changeit", "-alias", "rmi"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert "PrivateKeyEntry" in listed


class TestPem:
    def test_key_and_chain_in_one_file(self, keys: Any) -> None:
        signed = read_keystore(keys.data / "many.p12", "changeit", "rmi")
        store = read_keystore(keys.write("x.jks", b"some words\n" + keys.pem(signed)), "changeit", "any")
        assert names(store.chain) == ["CN=signed,O=test", "CN=authority,O=test"]
        assert names(store.trusted) == ["CN=signed,O=test"], "the authority of a chain is not trusted for that"

    def test_the_key_may_be_encrypted(self, keys: Any) -> None:
        ours = keys.store("ours")
        path = keys.write("x.pem", keys.pem(ours, "secret"))
        assert read_keystore(path, "secret", "rmi").chain == ours.chain
        assert "the password is wrong" in refused(path)

    def test_without_a_key_all_certificates_are_trusted(self, keys: Any) -> None:
        ours, many = keys.store("ours"), read_keystore(keys.data / "many.p12", "changeit", "rmi")
        path = keys.write("trust.pem", keys.certificates(ours) + keys.certificates(many))
        assert names(read_truststore(path, "")) == ["CN=ours", "CN=signed,O=test", "CN=authority,O=test"]
        assert "no private key" in refused(path)

    def test_a_certificate_of_another_key_is_none(self, keys: Any) -> None:
        key = keys.pem(keys.store("ours")).split(b"-----BEGIN CERT")[0]
        path = keys.write("x.pem", key + keys.certificates(keys.store("other")))
        assert "no certificate for its private key" in refused(path)

    def test_two_keys_are_refused(self, keys: Any) -> None:
        path = keys.write("x.pem", keys.pem(keys.store("ours")) + keys.pem(keys.store("other")))
        assert "several private keys" in refused(path)


def recorded(name: str) -> bytes:
    return (Path(__file__).parent / "data" / name).read_bytes()


GARBAGE = [
    ("nothing", b"", "it is empty"),
    ("words", b"hello, world\n", "it is no keystore"),
    ("zeros", bytes(5000), "it is no keystore"),
    ("JCEKS", b"\xce\xce\xce\xce\x00\x00\x00\x02", "JCEKS"),
    ("the start of a PKCS#12 file", recorded("keytool.p12")[:900], "damaged"),
    ("a PKCS#12 file with changed bytes", recorded("keytool.p12").replace(b"\x30\x82", b"\x31\x82", 9), "keystore"),
    ("the start of a JKS file", recorded("keytool.jks")[:900], "damaged"),
    ("the magic number of JKS", b"\xfe\xed\xfe\xed", "damaged"),
    ("PEM without content", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"),
    ("a PEM key that is none", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "cannot be read"),
    ("PEM of another kind", b"-----BEGIN X-----\n-----END X-----\n", "neither a private key nor a certificate"),
    ("an unfinished PEM block", b"-----BEGIN CERTIFICATE-----\nAAAA\n", "neither a private key nor a certificate"),
]


@pytest.mark.parametrize(("data", "says"), [row[1:] for row in GARBAGE], ids=[row[0] for row in GARBAGE])
def test_garbage_is_one_line(keys: Any, data: bytes, says: str) -> None:
    assert says in refused(keys.write("bad.jks", data))


@pytest.mark.parametrize("name", ["keytool.p12", "many.p12", "legacy.p12", "keytool.jks", "many.jks"])
def test_a_file_cut_anywhere_is_one_line(keys: Any, name: str) -> None:
    data = recorded(name)
    for end in range(0, len(data) - 1, 211):
        refused(keys.write("cut.jks", data[:end]))


def test_a_jks_file_that_is_damaged_under_a_right_digest_is_one_line(keys: Any) -> None:
    """Only the digest keeps most damage from the reader of the entries; here it is made to fit."""
    body = recorded("keytool.jks")[:-20]
    for at in range(4, len(body), 97):
        data = body[:at] + bytes([body[at] ^ 0x55]) + body[at + 1 :]
        digest = hashlib.sha1("changeit".encode("utf-16-be") + b"Mighty Aphrodite" + data).digest()
        path = keys.write("bad.jks", data + digest)
        try:
            read_keystore(path, "changeit", "rmi")
        except KeystoreError as error:
            assert "\n" not in str(error)


def test_a_missing_file_is_answered_with_the_command_that_makes_it(keys: Any) -> None:
    line = refused(keys.folder / "none.jks")
    assert "does not exist" in line
    assert f"`create-rmi-keystore --keystore {keys.folder / 'none.jks'}`" in line


def test_a_folder_is_no_keystore(keys: Any) -> None:
    assert "cannot be read: Is a directory" in refused(keys.folder)


def test_a_truststore_is_called_one_in_its_faults(keys: Any) -> None:
    with pytest.raises(KeystoreError, match=r"^truststore .*ssl\.truststore\.password"):
        read_truststore(keys.file("ours"), "wrong!")
    with pytest.raises(KeystoreError, match=r"^truststore .* does not exist.*ssl\.truststore\.file"):
        read_truststore(keys.folder / "none.jks", "changeit")


class TestDates:
    def test_a_valid_certificate_passes(self, keys: Any) -> None:
        check_dates(keys.store("ours", NOW), NOW)

    def test_an_expired_one_is_refused(self, keys: Any) -> None:
        with pytest.raises(KeystoreError, match=r"expired on 2030-06-22 12:00 UTC; .*create-rmi-keystore"):
            check_dates(keys.store("ours", NOW), NOW + 8 * DAY)

    def test_one_of_tomorrow_is_refused(self, keys: Any) -> None:
        with pytest.raises(KeystoreError, match="is not valid before 2030-06-15 11:00 UTC"):
            check_dates(keys.store("ours", NOW), NOW - DAY)

    def test_a_clock_that_is_late_by_minutes_does_no_harm(self, keys: Any) -> None:
        check_dates(keys.store("ours", NOW), NOW - DAY / 48)

    @pytest.mark.parametrize(
        ("days", "left_days", "warns"),
        [(7, 7, False), (7, 2.1, False), (7, 1.9, True), (1, 1, True), (30, 14.1, False), (30, 13.9, True)],
    )
    def test_warned_14_days_before_or_2_for_one_of_a_week(
        self, keys: Any, days: int, left_days: float, warns: bool
    ) -> None:
        warning = expiry_warning(keys.store("ours", NOW, days), NOW + (days - left_days) * DAY)
        assert (warning is not None) == warns

    def test_the_warning_is_one_line_with_the_command(self, keys: Any) -> None:
        warning = expiry_warning(keys.store("ours", NOW, 30), NOW + 25 * DAY)
        assert warning is not None
        assert "expires on 2030-07-15 12:00 UTC, in 5 days; make a new one with `create-rmi-keystore" in warning
        assert "\n" not in warning
