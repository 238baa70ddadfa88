"""create-rmi-keystore --ca: one authority, a certificate for each node, and who is refused with it."""

from __future__ import annotations

import datetime
import io
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from OpenSSL import SSL

from pyjm.keystore import cli
from pyjm.keystore.authority import Authority, NodeRequest
from pyjm.keystore.context import allowed_names, client_context, server_context
from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.peers import NOT_ALLOWED, OTHER_NAME, REVOKED, is_among, is_for, names_of, refresh
from pyjm.keystore.store import read_keystore
from pyjm.properties import Settings

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def create(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command in a folder of its own and return (exit status, standard output, error output)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["/somewhere/create-rmi-keystore", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(str(ended.value.code)), printed.out, printed.err

    return run


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of an authority with three nodes, made once."""
    folder = tmp_path_factory.mktemp("authority") / "rmi_ca"
    made = Authority(folder, "changeit")
    for text in ("c1", "s1,127.0.0.1,load.example", "s2,10.0.0.12"):
        made.issue(NodeRequest.parse(text), 30)
    return folder


@pytest.fixture
def authority(issued: Path, tmp_path: Path) -> Authority:
    return Authority(shutil.copytree(issued, tmp_path / "rmi_ca"), "changeit")


def settings(authority: Authority, node: str, **more: str) -> Settings:
    """Give the properties of a node that has its files from the authority."""
    named = {f"pyjm.{key}": value for key, value in more.items()}
    file = authority.folder / node / "rmi_keystore.jks"
    return Settings(jmeter={"server.rmi.ssl.keystore.file": str(file), **named})


def shaken(server: SSL.Context | None, client: SSL.Context | None, host: str | None = None) -> Any:
    """Shake hands; gives the verdicts that the server and the client have left, and the client's last error."""
    assert server is not None and client is not None
    ends = [SSL.Connection(server, None), SSL.Connection(client, None)]
    ends[0].set_accept_state()
    ends[1].set_connect_state()
    ends[1].set_app_data(host)
    errors: list[str] = ["", ""]
    for _ in range(10):
        for at, (end, other) in enumerate((ends, ends[::-1])):
            try:
                end.do_handshake()
                end.recv(1)
            except SSL.WantReadError:
                pass
            except SSL.Error as error:
                errors[at] = errors[at] or str(error.args[0][-1][-1] if error.args and error.args[0] else "ended")
            try:
                other.bio_write(end.bio_read(100_000))
            except SSL.WantReadError:
                pass
    verdicts = [data[0] if isinstance(data := end.get_app_data(), tuple) else 0 for end in ends]
    return verdicts, errors


def test_a_node_gets_a_folder_with_all_that_it_needs(create: Any) -> None:
    code, out, err = create("--ca", "--node", "c1", "--node", "s1,10.0.0.11,s1.lan")
    assert (code, err) == (0, "")
    assert "Made the authority rmi_ca/ca.p12" in out
    assert "Copy what is in rmi_ca/s1 to the folder in which s1 starts pyjm or pyjm-server" in out
    there = sorted(path.name for path in Path("rmi_ca").iterdir())
    assert there == ["c1", "ca.p12", "issued.txt", "rmi_keystore.crl", "s1"]
    assert sorted(path.name for path in Path("rmi_ca/s1").iterdir()) == ["rmi_keystore.crl", "rmi_keystore.jks"]
    store = read_keystore("rmi_ca/s1/rmi_keystore.jks", "changeit", "rmi")
    assert names_of(store.certificate) == ("s1", "10.0.0.11", "s1.lan")
    assert store.certificate.not_valid_after_utc - store.certificate.not_valid_before_utc == 365 * 24 * HOUR + HOUR
    assert [one.subject for one in store.trusted[1:]] == [store.certificate.issuer]
    assert read_keystore("rmi_ca/c1/rmi_keystore.jks", "changeit", "rmi").key != store.key


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_can_read_the_keys(create: Any) -> None:
    create("--ca", "--node", "s1")
    for name in ("rmi_ca/ca.p12", "rmi_ca/s1/rmi_keystore.jks"):
        assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path("rmi_ca/s1").stat().st_mode) == 0o700


def test_nodes_are_added_to_the_authority_that_is_there(create: Any) -> None:
    create("--ca", "--node", "s1")
    before = Path("rmi_ca/ca.p12").read_bytes()
    code, out, _ = create("--ca", "--node", "s2", "--validity", "3")
    assert code == 0 and "Made the authority" not in out
    assert Path("rmi_ca/ca.p12").read_bytes() == before
    assert [line.split("\t")[1] for line in Path("rmi_ca/issued.txt").read_text().splitlines()] == ["s1", "s2"]


def test_a_node_is_replaced_only_by_force_and_its_old_certificate_revoked(create: Any) -> None:
    create("--ca", "--node", "s1")
    old = read_keystore("rmi_ca/s1/rmi_keystore.jks", "changeit", "rmi").certificate.serial_number
    code, _, err = create("--ca", "--node", "s1")
    assert code == 1 and "rmi_ca/s1/rmi_keystore.jks is there already; add --force" in err
    assert create("--ca", "--node", "s1", "--force")[0] == 0
    listed = x509.load_pem_x509_crl(Path("rmi_ca/rmi_keystore.crl").read_bytes())
    assert [one.serial_number for one in listed] == [old]


def test_a_node_whose_files_were_taken_away_is_not_made_twice_by_mistake(create: Any) -> None:
    create("--ca", "--node", "s1")
    Path("rmi_ca/s1/rmi_keystore.jks").unlink()
    code, _, err = create("--ca", "--node", "s1")
    assert code == 1 and "s1 has a certificate already; add --force to replace and revoke it" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--ca"], "say for whom, as --node s1,10.0.0.11"),
        (["--node", "s1"], "belong to an authority: add --ca"),
        (["--ca", "--revoke", "s1"], "rmi_ca/ca.p12 does not exist"),
        (["--ca", "--node", "../s1"], "a node's name consists of letters"),
        (["--ca", "--node", "..", "--node", "s1"], "a node's name consists of letters"),
        (["--ca", "--node", "/etc/s1"], "a node's name consists of letters"),
        (["--ca", "--node", "ca.p12"], "a node's name consists of letters"),
        (["--ca", "--node", "s1,not a host"], "'not a host' is neither a host's name nor an address"),
        (["--ca", "--node", "s1", "--validity", "0"], "a validity of 0 days"),
        (["--ca", "--node", "s1", "--storepass", "short"], "the password has fewer than 6 characters"),
    ],
)
def test_what_is_wrong_is_one_line(create: Any, arguments: list[str], said: str) -> None:
    code, _, err = create(*arguments)
    assert code == 1
    assert said in err and err.count("\n") == 1


def test_whom_nobody_made_can_not_be_revoked(create: Any) -> None:
    create("--ca", "--node", "s1")
    code, _, err = create("--ca", "--revoke", "s7")
    assert code == 1 and "--revoke s7: no such node was made here (there are: s1)" in err


def test_a_list_that_was_written_into_is_not_guessed_at(create: Any) -> None:
    create("--ca", "--node", "s1")
    Path("rmi_ca/issued.txt").write_text("nonsense\n")
    code, _, err = create("--ca", "--revoke", "s1")
    assert code == 1 and "is not a line of it" in err


# who is let in


@pytest.mark.parametrize("host", ["s1", "S1.", "127.0.0.1", "load.example", None])
def test_nodes_of_one_authority_understand_each_other(authority: Authority, host: str | None) -> None:
    server, client = server_context(settings(authority, "s1")), client_context(settings(authority, "c1"))
    assert shaken(server, client, host) == ([0, 0], ["", ""])


@pytest.mark.parametrize("host", ["s2", "10.0.0.12", "127.0.0.2", "example", "x.load.example"])
def test_a_server_that_is_not_the_one_that_was_dialled_is_refused(authority: Authority, host: str) -> None:
    server, client = server_context(settings(authority, "s1")), client_context(settings(authority, "c1"))
    verdicts, errors = shaken(server, client, host)
    assert verdicts == [0, OTHER_NAME]
    assert "alert" in errors[0], "the server is told"
    assert shaken(server, client_context(settings(authority, "c1", check_names="false")), host) == ([0, 0], ["", ""])


def test_a_node_of_another_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other", "changeit")
    other.issue(NodeRequest.parse("s1"), 30)
    ours, theirs = settings(authority, "c1"), settings(other, "s1")
    assert shaken(server_context(theirs), client_context(ours), "s1")[0][1] != 0
    assert shaken(server_context(ours), client_context(theirs), "c1")[0][1] != 0


def test_the_key_of_a_node_makes_no_further_nodes(authority: Authority, tmp_path: Path) -> None:
    """Whoever has a node's key can sign with it, and nobody takes it for an authority."""
    other = Authority(tmp_path / "other", "changeit")
    node = read_keystore(authority.folder / "s2" / "rmi_keystore.jks", "changeit", "rmi")
    other._key, other.certificate = node.key, node.certificate  # type: ignore[assignment]
    path = other.issue(NodeRequest.parse("c9"), 30)
    forged = Settings(jmeter={"server.rmi.ssl.keystore.file": str(path), "pyjm.check_names": "false"})
    Path(path).with_suffix(".crl").unlink()
    context = client_context(forged)
    assert context is not None
    context.set_verify(SSL.VERIFY_NONE)
    verdicts, errors = shaken(server_context(settings(authority, "s1")), context)
    assert verdicts[0] != 0 and errors[0] == "certificate verify failed"


def test_a_revoked_node_is_refused_on_both_sides_and_told(authority: Authority) -> None:
    authority.revoke("s2")
    revoked = settings(authority, "s2")
    verdicts, errors = shaken(server_context(settings(authority, "s1")), client_context(revoked), "s1")
    assert verdicts == [REVOKED, 0]
    assert "alert certificate revoked" in errors[1]
    verdicts, errors = shaken(server_context(revoked), client_context(settings(authority, "c1")), "s2")
    assert verdicts == [0, REVOKED]
    assert "alert certificate revoked" in errors[0]
    server, client = server_context(settings(authority, "s1")), client_context(settings(authority, "c1"))
    assert shaken(server, client, "s1") == ([0, 0], ["", ""])


def test_a_list_that_comes_in_mid_run_counts_from_the_next_handshake(authority: Authority) -> None:
    server, client = server_context(settings(authority, "s1")), client_context(settings(authority, "s2"))
    assert shaken(server, client, "s1")[0] == [0, 0]
    Authority(authority.folder, "changeit").revoke("s2")
    refresh(server)
    assert shaken(server, client, "s1")[0] == [REVOKED, 0]
    (authority.folder / "s1" / "rmi_keystore.crl").unlink()
    refresh(server)
    assert shaken(server, client, "s1")[0] == [REVOKED, 0], "what was revoked stays so"


def test_a_list_of_another_authority_is_no_list(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other", "changeit")
    path = other.write_crl()
    with pytest.raises(KeystoreError, match="not signed by an authority that is trusted here"):
        server_context(settings(authority, "s1", crl_file=str(path)))
    with pytest.raises(KeystoreError, match="does not exist"):
        server_context(settings(authority, "s1", crl_file=str(tmp_path / "none.crl")))
    path.write_bytes(b"garbage")
    with pytest.raises(KeystoreError, match="is no list of revoked certificates"):
        server_context(settings(authority, "s1", crl_file=str(path)))


def test_servers_that_are_not_named_are_not_used(authority: Authority) -> None:
    server = server_context(settings(authority, "s1"))
    for names, verdict in (("s1", 0), ("S2, s*", 0), ("s2", NOT_ALLOWED), ("127.0.0.1", 0)):
        client = client_context(settings(authority, "c1", allowed_servers=names))
        assert shaken(server, client, "s1")[0] == [0, verdict], names


def test_a_list_of_names_without_tls_is_a_fault(authority: Authority) -> None:
    without = settings(authority, "s1", allowed_controllers="c1")
    assert allowed_names(without, "pyjm.allowed_controllers") == ("c1",)
    without.jmeter["server.rmi.ssl.disable"] = "true"
    with pytest.raises(KeystoreError, match=r"pyjm\.allowed_controllers needs certificates"):
        allowed_names(without, "pyjm.allowed_controllers")


def test_names_of_one_shared_key_are_not_checked(keys: Any) -> None:
    shared = keys.settings(keys.file("ours"))
    assert shaken(server_context(shared), client_context(shared), "anything") == ([0, 0], ["", ""])


@pytest.mark.parametrize(
    ("names", "host", "fits"),
    [
        ("s1,*.example.org", "a.example.org", True),
        ("s1,*.example.org", "a.b.example.org", False),
        ("s1,*.example.org", "example.org", False),
        ("s1,fd00::5", "[fd00:0::5]", True),
        ("s1,fd00::5", "fd00::5%eth0", True),
        ("s1,10.0.0.1", "10.0.0.10", False),
        ("s1", "s1.", True),
        ("s1", "s11", False),
    ],
)
def test_a_host_is_told_by_its_names(authority: Authority, names: str, host: str, fits: bool) -> None:
    path = authority.issue(NodeRequest.parse(names), 30, force=True)
    certificate = read_keystore(path, "changeit", "rmi").certificate
    assert is_for(certificate, host) is fits


def test_patterns_of_names(authority: Authority) -> None:
    certificate = read_keystore(authority.folder / "s1" / "rmi_keystore.jks", "changeit", "rmi").certificate
    assert is_among(certificate, ["*.example"])
    assert not is_among(certificate, ["s", "s1?"])
    assert not is_among(certificate, [])
