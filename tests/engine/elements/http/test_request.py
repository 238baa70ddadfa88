"""What an HTTP Request sends, and the sample it makes of what comes back."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from http_site import Site, arguments, cookies, headers, page, sampled

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.samplers.http_request import HttpRequest
from pyjm.engine.plan.tree import Node, Prop
from pyjm.engine.vu.user import User

Users = Callable[..., User]
OnSite = Callable[..., None]


def test_a_request_without_variables_is_made_once_and_sent_as_jmeter_sends_it(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        site.build.properties["pyjm.http.user_agent"] = "agent"
        request = site.request({"path": "a b"}, headers(("X-A", "1"), ("Content-Length", "9")))
        user = users()
        first, second = await sampled(request, user), await sampled(request, user)
        head = f"GET /a%20b HTTP/1.1\r\nConnection: keep-alive\r\nX-A: 1\r\nHost: 127.0.0.1:{site.port}\r\n"
        assert site.server.asked == [head + "User-Agent: agent\r\n\r\n"] * 2
        assert request.sampling.recipe.ready is not None
        assert site.server.connections == 1
        assert (first.connect_ms >= 0, second.connect_ms) == (True, 0)
        assert second.url == f"http://127.0.0.1:{site.port}/a%20b"
        assert (
            second.request_headers
            == f"Connection: keep-alive\nX-A: 1\nHost: 127.0.0.1:{site.port}\nUser-Agent: agent\n"
        )
        assert second.sampler_data == f"GET {second.url}\n\nGET data:\n\n\n[no cookies]\n"
        assert (second.response_code, second.response_message, second.success) == ("200", "OK", True)
        assert (second.data_type, second.encoding, second.text) == ("text", "utf-8", "page")
        assert (second.bytes, second.sent_bytes) == (len(page()), len(site.server.asked[0]))

    on_site({}, scenario)


def test_nothing_that_varies_is_evaluated_twice(on_site: OnSite, users: Users) -> None:
    class Counting(dict[str, Any]):
        """Variables that count how often one is read."""

        reads = 0

        def get(self, key: str, default: Any = None) -> Any:
            Counting.reads += key == "v"
            return super().get(key, default)

    async def scenario(site: Site) -> None:
        user = users()
        user.vars = Counting(v="x")
        body: dict[str, Prop] = {"path": "/d", "method": "DELETE", "Arguments": arguments(("a", "${v}"))}
        await sampled(site.request(body), user)
        assert Counting.reads == 1
        head, _, sent = site.server.asked[0].partition("\r\n\r\n")
        assert (head.split(" ")[:2], sent) == (["DELETE", "/d?a=x"], "a=x")

    on_site({}, scenario)


FORM = "Content-Type: application/x-www-form-urlencoded; charset=UTF-8"


@pytest.mark.parametrize(
    ("props", "pairs", "fields", "body"),
    [
        ({"method": "POST"}, [("a", "1"), ("b", "x y")], ["Content-Length: 9", FORM], "a=1&b=x+y"),
        ({"method": "POST"}, [], ["Content-Length: 0", FORM], ""),
        ({"method": "PUT"}, [("", "raw é")], ["Content-Length: 5", "Content-Type: text/plain"], "raw é"),
        (
            {"method": "PATCH", "postBodyRaw": True, "contentEncoding": "utf-8"},
            [("", "é")],
            ["Content-Length: 2", "Content-Type: text/plain; charset=UTF-8"],
            "Ã©",
        ),
        ({"method": "GET"}, [("", "body")], ["Content-Length: 4", "Content-Type: text/plain"], "body"),
        ({"method": "OPTIONS"}, [("", "body")], [], ""),
        ({"method": "POST"}, [("${gone}", "x"), (" ", "y"), ("v", "${v}")], ["Content-Length: 5", FORM], "v=val"),
    ],
)
def test_bodies_and_their_fields(
    on_site: OnSite, users: Users, props: dict[str, Prop], pairs: list[tuple[str, str]], fields: list[str], body: str
) -> None:
    async def scenario(site: Site) -> None:
        written: dict[str, Prop] = {"path": "/p", **props, "Arguments": arguments(*pairs)}
        await sampled(site.request(written), users(v="val"))
        head, _, sent = site.server.asked[0].partition("\r\n\r\n")
        assert [line for line in head.split("\r\n") if line.startswith("Content-")] == fields
        assert sent == body

    on_site({}, scenario)


def test_of_one_header_the_innermost_managers_counts_and_host_takes_the_port(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        inner = headers(("X-A", "in"), ("x-a", "twice"), ("Host", "other"), ("X-V", "${v}\r\nX-B: evil"))
        await sampled(site.request({"path": "/"}, inner, headers(("x-A", "out"), ("X-C", "out"))), users(v="val"))
        lines = site.server.asked[0].split("\r\n")[1:]
        expected = ["Connection: keep-alive", "X-A: in", "x-a: twice", f"Host: other:{site.port}"]
        assert lines[:6] == [*expected, "X-V: val  X-B: evil", "X-C: out"]

    on_site({}, scenario)


def test_redirects_become_sub_results_and_the_sample_looks_like_the_last(on_site: OnSite, users: Users) -> None:
    moved = page(b"moved", "302 Found", "Location: /two", "Set-Cookie: c=1")

    async def scenario(site: Site) -> None:
        written: dict[str, Prop] = {"path": "/one", "method": "POST", "Arguments": arguments(("a", "1"))}
        result = await sampled(site.request(written, cookies(("mine", "0"))), users())
        subs = result.sub_results or []
        assert [sub.label for sub in subs] == ["req-0", "req-1"]
        assert [sub.response_code for sub in subs] == ["302", "200"]
        assert (result.label, result.response_code, result.text) == ("req", "200", "page")
        assert result.url.endswith("/two")
        assert result.bytes == sum(sub.bytes for sub in subs)
        assert result.sent_bytes == sum(len(asked) for asked in site.server.asked)
        assert site.server.asked[0].startswith("POST /one")
        assert site.server.asked[1].startswith("GET /two")
        assert "Cookie: mine=0; c=1\r\n" in site.server.asked[1]
        assert "Content-Type" not in site.server.asked[1]

    on_site({"/one": moved}, scenario)


def test_a_chain_of_redirects_without_end_is_given_up(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        site.build.properties["httpsampler.max_redirects"] = "3"
        result = await sampled(site.request({"path": "/loop"}), users())
        assert [sub.response_code for sub in result.sub_results or []] == ["302"] * 4 + [result.response_code]
        assert result.response_message == "Non HTTP response message: Exceeded maximum number of redirects: 3"
        assert not result.success

    on_site({"/loop": page(b"", "302 Found", "Location: /loop")}, scenario)


def test_a_redirect_that_leads_nowhere_fails_the_sample(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        result = await sampled(site.request({"path": "/none"}), users())
        assert result.response_message.startswith(
            "Non HTTP response message: Missing location header in redirect for GET"
        )
        result = await sampled(site.request({"path": "/bad"}), users())
        assert result.response_message == "Non HTTP response message: unknown protocol: foo"

    on_site({"/none": page(b"", "302 Found"), "/bad": page(b"", "302 Found", "Location: foo://x")}, scenario)


def test_a_redirect_followed_automatically_shows_only_its_end(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        written: dict[str, Prop] = {"path": "/one", "auto_redirects": True, "follow_redirects": False}
        result = await sampled(site.request(written), users())
        assert (result.sub_results, result.response_code, result.url[-4:]) == (None, "200", "/two")
        assert len(site.server.asked) == 2

    on_site({"/one": page(b"", "302 Found", "Location: /two")}, scenario)


def test_a_body_that_nobody_reads_is_dropped_and_still_counted(on_site: OnSite, users: Users) -> None:
    packed = page(gzip.compress(b"long " * 50), "200 OK", "Content-Encoding: gzip")

    async def scenario(site: Site) -> None:
        request = site.request({"path": "/gzip"})
        kept = await sampled(request, users())
        request.keep_body = False
        dropped = await sampled(request, users())
        assert (kept.text, dropped.text) == ("long " * 50, "")
        assert kept.bytes == dropped.bytes == len(packed)

    on_site({"/gzip": packed}, scenario)


def test_a_new_user_in_each_iteration_begins_without_connections(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        request = site.request({"path": "/"})
        user = users()
        user.same_user = False
        for _ in range(2):
            user.begin_iteration()
            await sampled(request, user)
            await sampled(request, user)
        assert site.server.connections == 2
        request.thread_finished(user)
        assert (request.sampling.connections, user) not in user.state

    on_site({}, scenario)


def test_cookies_of_the_plan_are_evaluated_in_each_iteration_and_cleared_by_it(
    on_site: OnSite, users: Users
) -> None:
    async def scenario(site: Site) -> None:
        site.build.properties["CookieManager.save.cookies"] = "true"
        manager = cookies(("p", "${v}"), **{"CookieManager.clearEachIteration": True})
        request = site.request({"path": "/set"}, manager)
        user = users(v="1")
        await sampled(request, user)
        user.vars["v"] = "2"
        await sampled(request, user)
        user.iteration += 1
        await sampled(request, user)
        assert request.sampling.cookies is not None
        request.sampling.cookies.iteration_start(user)
        await sampled(request, user)
        sent = [next(x for x in asked.split("\r\n") if x.startswith("Cookie")) for asked in site.server.asked]
        assert sent == ["Cookie: p=1", "Cookie: p=1; s=x", "Cookie: p=2; s=x", "Cookie: p=2"]
        assert user.vars["COOKIE_s"] == "x"

    on_site({"/set": page(b"", "200 OK", "Set-Cookie: s=x; Path=/")}, scenario)


def test_failures_are_rows_in_javas_words(on_site: OnSite, users: Users) -> None:
    async def scenario(site: Site) -> None:
        user = users()
        closed = await sampled(site.request({"path": "/close"}), user)
        assert closed.response_code == "Non HTTP response code: org.apache.http.NoHttpResponseException"
        assert closed.response_message == f"Non HTTP response message: 127.0.0.1:{site.port} failed to respond"
        assert (closed.success, closed.data_type, closed.sent_bytes, closed.label) == (False, "text", 0, "req")
        refused = await sampled(site.request({"path": "/a|b"}), user)
        assert refused.url == f"http://127.0.0.1:{site.port}/a|b"
        nowhere = await sampled(site.request({"path": "/", "protocol": "foo"}), user)
        assert (nowhere.label, nowhere.url) == ("", "")  # the row has null
        assert nowhere.response_message == "Non HTTP response message: unknown protocol: foo"
        method = await sampled(site.request({"path": "/", "method": "BAD METHOD"}), user)
        assert method.response_message == "Non HTTP response message: Unexpected method: 'BAD METHOD'"

    on_site({"/close": b""}, scenario)


def test_files_are_sent_as_body_or_as_parts(on_site: OnSite, users: Users) -> None:
    def files(*each: tuple[str, str, str]) -> Node:
        items: list[Prop] = [
            Node("HTTPFileArg", props={"File.path": path, "File.paramname": name, "File.mimetype": mime})
            for path, name, mime in each
        ]
        return Node("HTTPFileArgs", props={"HTTPFileArgs.files": items})

    async def scenario(site: Site) -> None:
        (site.build.base / "up.txt").write_bytes(b"content")
        for written in (files(("up.txt", "", "a/b")), files(("up.txt", "f", "a/b")), files(("gone.txt", "", ""))):
            request = site.request({"path": "/", "method": "POST", "Files": written})
            result = await sampled(request, users())
        whole, parts, gone = site.server.asked
        assert "Content-Type: a/b\r\nContent-Length: 7\r\n" in whole
        assert whole.endswith("\r\n\r\ncontent")
        assert 'form-data; name="f"; filename="up.txt"\r\nContent-Type: a/b\r\n' in parts
        assert "Content-Length: 0\r\n" in gone
        assert result.response_message.endswith("gone.txt (No such file or directory)")

    on_site({}, scenario)


@pytest.mark.parametrize(
    ("props", "problem", "fatal"),
    [
        ({"HTTPSampler.implementation": "Netty"}, "no HTTP implementation Netty", True),
    ],
)
def test_what_is_not_there_yet_is_said_before_the_run(
    build: Build, props: dict[str, Prop], problem: str, fatal: bool
) -> None:
    HttpRequest(Node("HTTPSamplerProxy", path="Plan > req", props=props), build)
    assert [(f.path, f.problem, f.fatal) for f in build.faults] == [("Plan > req", problem, fatal)]
