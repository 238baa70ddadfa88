"""Who is refused, by which side, and what both are told: certificates, names, tokens, forbidden plans."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from wired.rig import PLAN, Server, eventually, job_of, nodes_of, serving, settings_of

from pyjm.client.member import MemberError
from pyjm.client.remote import Remote
from pyjm.client.trust import Trust
from pyjm.engine.run.job import Job
from pyjm.engine.run.parent import Engine
from pyjm.properties import Settings
from pyjm.server.wire.contract import CALLS, PROTOCOL, Refused, pack, unpack_map
from pyjm.server.wire.link import Link
from pyjm.server.wire.trouble import LinkDown

NODES = ("c1", "c2", "s1,127.0.0.1", "s2,10.0.0.12")
KEY = "server__rmi__ssl__keystore__file"


def why_not(address: str, settings: Settings) -> str:
    """Have a controller dial; gives its one line."""
    member = Remote(address, settings, Trust(settings))
    with pytest.raises(MemberError) as caught:
        _ = member.warnings
        member.configure(job_of())
    member.close()
    text = str(caught.value)
    assert "\n" not in text
    return text


def works(address: str, settings: Settings) -> bool:
    """Have a controller dial and configure."""
    member = Remote(address, settings, Trust(settings))
    try:
        return member.configure(job_of()) == []
    finally:
        member.close()


def test_nodes_of_one_authority_work_together(tmp_path: Path) -> None:
    _, keys = nodes_of(tmp_path, *NODES)
    with serving(tmp_path, **{KEY: keys["s1"]}) as server:
        assert works(server.address, settings_of(tmp_path, **{KEY: keys["c1"]}))


def test_a_server_under_another_name_is_refused_with_the_names_that_it_has(tmp_path: Path, caplog: Any) -> None:
    _, keys = nodes_of(tmp_path, *NODES)
    with serving(tmp_path, **{KEY: keys["s2"]}) as server:
        with caplog.at_level(logging.INFO, "pyjm.server"):
            said = why_not(server.address, settings_of(tmp_path, **{KEY: keys["c1"]}))
        assert said == (
            f"{server.address} shows a certificate that is not for this host: dial it by a name in the certificate, or "
            "make it a new one with create-rmi-keystore --ca --force --node NAME,HOST (CN=s2, for s2, 10.0.0.12)"
        )
        assert works(server.address, settings_of(tmp_path, **{KEY: keys["c1"]}, pyjm__check_names="false"))


def test_a_revoked_controller_is_refused_and_told(tmp_path: Path, caplog: Any) -> None:
    authority, keys = nodes_of(tmp_path, *NODES)
    revoked = settings_of(tmp_path, **{KEY: keys["c2"]})
    with serving(tmp_path, **{KEY: keys["s1"]}) as server:
        assert works(server.address, revoked)
        authority.revoke("c2")  # the server need not be started anew
        with caplog.at_level(logging.INFO, "pyjm.server"):
            said = why_not(server.address, revoked)
        assert "says that the certificate of this machine was revoked" in said
        known = "the certificate of the other side is revoked (CN=c2)"
        assert eventually(lambda: any(known in line for line in caplog.messages))
        assert works(server.address, settings_of(tmp_path, **{KEY: keys["c1"]}))


def test_a_revoked_server_is_refused(tmp_path: Path) -> None:
    authority, keys = nodes_of(tmp_path, *NODES)
    authority.revoke("s1")
    with serving(tmp_path, **{KEY: keys["s1"]}) as server:
        said = why_not(server.address, settings_of(tmp_path, **{KEY: keys["c1"]}))
        assert "shows a certificate that was revoked" in said


def test_a_node_of_another_authority_is_refused(tmp_path: Path) -> None:
    _, keys = nodes_of(tmp_path, *NODES)
    _, others = nodes_of(tmp_path / "other", *NODES)
    with serving(tmp_path, **{KEY: keys["s1"]}) as server:
        said = why_not(server.address, settings_of(tmp_path, **{KEY: others["c1"]}))
        assert "shows a certificate that is not trusted here" in said
        assert "create-rmi-keystore --ca" in said


def test_a_controller_that_is_not_named_gets_no_further_than_hello(tmp_path: Path, caplog: Any) -> None:
    _, keys = nodes_of(tmp_path, *NODES)
    with serving(tmp_path, **{KEY: keys["s1"]}, pyjm__allowed_controllers="c1, ops-*") as server:
        other = settings_of(tmp_path, **{KEY: keys["c2"]})
        with caplog.at_level(logging.WARNING, "pyjm.server"):
            said = why_not(server.address, other)
        assert said == (
            f"{server.address} refuses: the certificate CN=c2 is none of its pyjm.allowed_controllers: add one of its "
            "names there"
        )
        assert any("refused, CN=c2 is none of pyjm.allowed_controllers" in line for line in caplog.messages)
        assert works(server.address, settings_of(tmp_path, **{KEY: keys["c1"]}))
        link = server.link(settings_of(tmp_path, **{KEY: keys["c2"]}))
        for name in sorted(set(CALLS) - {"hello"}):
            with pytest.raises(Refused, match="hello comes first"):
                link.call(name, *[kind() for kind in CALLS[name]])


def test_a_server_that_is_not_named_is_not_used(tmp_path: Path) -> None:
    _, keys = nodes_of(tmp_path, *NODES)
    with serving(tmp_path, **{KEY: keys["s1"]}) as server:
        said = why_not(server.address, settings_of(tmp_path, **{KEY: keys["c1"]}, pyjm__allowed_servers="s2"))
        assert "shows a certificate whose names are not in pyjm.allowed_servers" in said
        assert works(server.address, settings_of(tmp_path, **{KEY: keys["c1"]}, pyjm__allowed_servers="s1"))


def test_a_side_with_old_tls_alone_is_told(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        context = Trust(settings_of(tmp_path, pyjm__tls_minimum="1.2")).context()
        assert context is not None
        context.set_max_proto_version(0x303)
        settings = settings_of(tmp_path)
        trust = Trust(settings)
        trust._context, trust._read = context, True
        member = Remote(server.address, settings, trust)
        with pytest.raises(
            MemberError, match=r"has no version of TLS in common with this machine: see pyjm\.tls_minimum"
        ):
            member.configure(job_of())
        member.close()


# the lease


def token_of(link: Link) -> str:
    return str(unpack_map(link.call("acquire"))["token"])


def test_a_stolen_token_opens_nothing_without_the_certificate_that_took_the_lease(tmp_path: Path) -> None:
    _, keys = nodes_of(tmp_path, *NODES)
    first, second = (settings_of(tmp_path, **{KEY: keys[name]}) for name in ("c1", "c2"))
    with serving(tmp_path, **{KEY: keys["s1"]}) as server:
        token = token_of(server.greeted(settings=first))
        with pytest.raises(Refused, match="no longer on this server"):
            server.greeted("data", second).call("attach", token)
        server.greeted("data", first).call("attach", token)


def test_the_third_wrong_guess_ends_the_link(tmp_path: Path, caplog: Any) -> None:
    with serving(tmp_path) as server:
        token_of(server.greeted())
        link = server.greeted("data")
        with caplog.at_level(logging.WARNING, "pyjm.server"), pytest.raises(LinkDown):
            for number in range(4):
                with pytest.raises(Refused):
                    link.call("attach", f"{number:064x}")
        assert sum("a token that opens nothing" in line for line in caplog.messages) == 3


def test_tokens_are_long_and_never_the_same(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        tokens = set()
        for _ in range(5):
            link = server.greeted()
            tokens.add(token_of(link))
            link.call("release")
        assert len(tokens) == 5
        assert all(len(bytes.fromhex(token)) == 32 for token in tokens)


HOLDERS = sorted(set(CALLS) - {"hello", "acquire", "attach", "clock"})


@pytest.mark.parametrize("name", HOLDERS)
def test_without_the_lease_nothing_is_stopped_ended_read_or_written(tmp_path: Path, name: str) -> None:
    with serving(tmp_path) as server:
        token_of(server.greeted())
        with pytest.raises(Refused) as caught:
            server.greeted("data").call(name, *[kind() for kind in CALLS[name]])
        assert caught.value.code == "lease"
        assert not server.host.leaving.is_set()


def test_who_calls_can_not_write_lines_of_its_own_into_the_log(tmp_path: Path, caplog: Any) -> None:
    with serving(tmp_path) as server, caplog.at_level(logging.INFO):
        link = server.link()
        who = "me\n2026-11-21 ERROR pyjm.server: all is lost\x1b[2J"
        link.call("hello", PROTOCOL, pack({"who": who, "link": "control"}))
        link.call("acquire")
        with pytest.raises(Refused) as caught:
            server.greeted().call("acquire")
        assert all(text.isprintable() for text in [caught.value.text, *caplog.messages])


def test_a_link_says_hello_once(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        link = server.greeted()
        link.call("acquire")
        with pytest.raises(Refused, match="once"):
            link.call("hello", PROTOCOL, pack({"who": "somebody else"}))


# names that cross the wire

OUTSIDE = ["../up", "a/../../up", "/etc", "..\\up", "C:\\up", "up\0", "..", "/"]


def ordered(server: Server, **order: Any) -> Link:
    """Hold a lease with a plan on the server; gives the data link and what `configure` takes."""
    token = token_of(server.greeted())
    link = server.greeted("data")
    link.call("attach", token)
    job = job_of()
    server.host.store()._folder.joinpath("0" * 64).write_bytes(job.plan)
    told = {key: value for key, value in job.to_plain().items() if key not in ("plan", "files")}
    given = {"name": "h1", "base": ".", "plan": "0" * 64, "files": [], "job": told, **order}
    link.call("configure", pack(given))
    return link


@pytest.mark.parametrize("base", OUTSIDE)
def test_a_base_outside_the_server_s_folder_is_refused(tmp_path: Path, base: str) -> None:
    with serving(tmp_path) as server, pytest.raises(Refused, match="an order of another form"):
        ordered(server, base=base)


@pytest.mark.parametrize("name", ["up\0", "a" * 5000])
def test_a_file_whose_name_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with serving(tmp_path) as server, pytest.raises(Refused, match="a name that is none"):
        ordered(server, files=[[name, "0" * 64]])


@pytest.mark.parametrize("name", [*sorted({*OUTSIDE} - {"up\0"}), ".", "", "sub/file", "./x", "a/./b", "~/x", "-rf"])
def test_a_shipped_file_lies_in_the_run_s_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    with serving(tmp_path) as server:
        ordered(server, files=[[name, "0" * 64]])
        job = server.engine.job
        assert job is not None
        path = Path(job.files[name])
        inside = path.resolve()
        folder = next(parent for parent in inside.parents if parent.name.startswith("pyjm-run-"))
        assert inside.is_relative_to(folder / "files")


@pytest.mark.parametrize("sha", ["../../../etc/passwd", "/etc/passwd", "0" * 63, "G" * 64, "", "0" * 64 + "\n"])
def test_a_hash_that_is_a_path_reads_and_writes_nothing(tmp_path: Path, sha: str) -> None:
    with serving(tmp_path) as server:
        link = server.greeted()
        link.call("acquire")
        for call in (("missing", pack([[sha, 5]])), ("upload", sha, 0, b"12345")):
            with pytest.raises(Refused) as caught:
                link.call(*call)
            assert caught.value.code == "file"


# forbidden plans

SCRIPTED = b"""
<ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="users" enabled="true">
<elementProp name="ThreadGroup.main_controller" elementType="LoopController">
<stringProp name="LoopController.loops">1</stringProp></elementProp>
<stringProp name="ThreadGroup.num_threads">1</stringProp><stringProp name="ThreadGroup.ramp_time">0</stringProp>
</ThreadGroup><hashTree>
<SystemSampler guiclass="SystemSamplerGui" testclass="SystemSampler" testname="run" enabled="true">
<stringProp name="SystemSampler.command">touch</stringProp></SystemSampler><hashTree/>
<JSR223Sampler guiclass="TestBeanGUI" testclass="JSR223Sampler" testname="script" enabled="true"/><hashTree/>
<BeanShellTimer guiclass="TestBeanGUI" testclass="BeanShellTimer" testname="wait" enabled="true"/><hashTree/>
<SystemSampler guiclass="SystemSamplerGui" testclass="SystemSampler" testname="off" enabled="false"/><hashTree/>
<DebugSampler guiclass="TestBeanGUI" testclass="DebugSampler" testname="debug ${__groovy(1)}" enabled="true"/>
<hashTree/></hashTree>"""

REMEDY = "disable it, or start that server without --no-scripts and pyjm.no_scripts"


def faults_of(**given: Any) -> dict[str, str]:
    """Compile the plan; gives the fatal faults by their paths."""
    engine = Engine()
    try:
        faults = engine.prepare(Job(PLAN % SCRIPTED, "plan.jmx", "/", {}, **given))
    finally:
        engine.close()
    return {fault.path: f"{fault.problem} ({fault.remedy})" for fault in faults if fault.fatal}


def test_what_starts_processes_or_runs_scripts_is_refused_with_its_place_in_the_plan() -> None:
    refused = faults_of(no_scripts=True)
    group = "Test Plan > users > "
    assert refused[f"{group}run"] == f"it starts processes, which this server does not allow ({REMEDY})"
    assert refused[f"{group}script"] == f"JSR223Sampler runs scripts, which this server does not allow ({REMEDY})"
    assert refused[f"{group}wait"] == f"BeanShellTimer runs scripts, which this server does not allow ({REMEDY})"
    (function,) = [text for path, text in refused.items() if path.startswith(f"{group}debug")]
    assert function == f"the function __groovy runs scripts, which this server does not allow ({REMEDY})"
    assert f"{group}off" not in refused
    assert f"{group}run" not in faults_of()


def test_a_controller_can_not_allow_scripts(tmp_path: Path) -> None:
    with serving(tmp_path, pyjm__no_scripts="true") as server:
        told = {key: value for key, value in job_of().to_plain().items() if key not in ("plan", "files")}
        ordered(server, job={**told, "no_scripts": False, "properties": {"pyjm.no_scripts": "false"}})
        job = server.engine.job
        assert job is not None
        assert job.no_scripts
