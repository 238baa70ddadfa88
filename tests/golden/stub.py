"""A target server whose answers depend on the request alone, and that logs every request it saw.

usage: stub.py --log requests.jsonl [--port 8080 ...] [--tls-port 8443 --cert c.pem --key k.pem]

What is logged of a request by TLS says in `handshake` how its connection began: full, resumed, or kept for what is not
the first there.

Two engines that send it the same requests get the same answers, so a plan can be run through each in turn and both
the results and the requests themselves be compared. Loopback only. Standard library only.

Paths (any host, any method; everything else gets a page, JSON or XML by its extension or Accept header):
  /status/N  /redirect/N  /redirect-to?url=U  /delay/MS  /bytes/N  /chunked/N  /close  /gzip  /deflate  /echo
  /answer?code=N&h=Name:value&type=T&body=B  /cookies/set?a=b  /cookies  /basic-auth/USER/PASS  /digest-auth/USER/PASS  /etag/TAG  /cache/SECONDS
  /raw?b64=BYTES&b64=MORE&pause=MS&close=1 (an answer to the byte)  /digest/USER/PASS?algorithm=A&qop=Q&h=Name:value (checks the answer to it)
  …early=1 (with Expect: 100-continue: answered before the body comes)  …interim=N (with it: the interim answers, else 100)
  /embedded (page with css, js, images, iframe)  /form (hidden token)  /api/... (JSON)  *.xml *.json *.css *.js *.png
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gzip
import hashlib
import json
import re
import ssl
import sys
import time
import zlib
from urllib.parse import parse_qsl, unquote, urlsplit

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
REASON = {
    200: "OK",
    201: "Created",
    204: "No Content",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    418: "I'm a teapot",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def token(text):
    return hashlib.sha1(text.encode()).hexdigest()[:16]


def page(path, body=""):
    return (
        f"<!DOCTYPE html><html><head><title>Page {path}</title></head><body><h1>{path}</h1>{body}"
        f'<a href="/next?from={token(path)}">next</a><a href="/api/items/7">item 7</a>'
        f'<form action="/form" method="post"><input type="hidden" name="csrf_token" value="{token(path)}"/>'
        f'<input type="hidden" name="__VIEWSTATE" value="{token(path + "v")}"/></form>'
        f'<p id="price">Price: 42.50 EUR</p></body></html>'
    ).encode()


def raw_answer(target):
    """-> the pieces of an answer to the byte, the seconds between them, whether to hang up after it"""
    asked = parse_qsl(urlsplit(target).query, keep_blank_values=True)
    pieces = [base64.urlsafe_b64decode(v + "=" * (-len(v) % 4)) for k, v in asked if k == "b64"]
    return pieces, int(dict(asked).get("pause", 0)) / 1000, ("close", "1") in asked


def digest_is_right(method, target, headers, body, user, password, asked):
    """Tell whether a request answers a Digest challenge as RFC 7616 says."""
    given = headers.get("authorization", "")
    if not given.startswith("Digest "):
        return False
    f = {k: v.strip('"') for k, v in re.findall(r'(\w+)=("[^"]*"|[^,\s]+)', given[7:])}
    algorithm = asked.get("algorithm", "MD5").upper()
    name = algorithm.removesuffix("-SESS").replace("SHA-256", "SHA256")
    h = lambda text: hashlib.new(name, text.encode("latin-1")).hexdigest()
    ha1 = h(f"{user}:{f.get('realm')}:{password}")
    if algorithm.endswith("-SESS"):
        ha1 = h(f"{ha1}:{f.get('nonce')}:{f.get('cnonce')}")
    a2 = f"{method}:{f.get('uri')}"
    if f.get("qop") == "auth-int":
        a2 += ":" + hashlib.new(name, body).hexdigest()
    middle = f"{f.get('nc')}:{f.get('cnonce')}:{f.get('qop')}:" if "qop" in f else ""
    good = h(f"{ha1}:{f.get('nonce')}:{middle}{h(a2)}")
    return f.get("response") == good and f.get("username") == user and f.get("uri") == target


def answer(method, target, headers, body):
    """-> (status, [(name, value)], payload, chunked, close_without_answer, delay_seconds)"""
    url = urlsplit(target)
    path, query = unquote(url.path) or "/", dict(parse_qsl(url.query, keep_blank_values=True))
    out, delay = [], 0.0

    def reply(status, ctype, payload, chunked=False):
        return status, [("Content-Type", ctype)] + out, payload, chunked, False, delay

    if m := re.fullmatch(r"/delay/(\d+)", path):
        delay = min(int(m[1]), 10_000) / 1000
        return reply(200, "text/plain", b"slept")
    if m := re.fullmatch(r"/status/(\d{3})", path):
        return reply(int(m[1]), "text/plain", f"status {m[1]}".encode())
    if m := re.fullmatch(r"/redirect/(\d+)", path):
        n = int(m[1])
        if n > 0:
            out.append(("Location", f"/redirect/{n - 1}"))
            return reply(302, "text/html", b"moved")
        return reply(200, "text/html", page(path))
    if path == "/redirect-to":
        out.append(("Location", query.get("url", "/")))
        return reply(int(query.get("status", 302)), "text/html", b"moved")
    if m := re.fullmatch(r"/bytes/(\d+)", path):
        return reply(200, "application/octet-stream", b"x" * min(int(m[1]), 20_000_000))
    if m := re.fullmatch(r"/chunked/(\d+)", path):
        return reply(200, "text/plain", b"c" * min(int(m[1]), 20_000_000), chunked=True)
    if path == "/close":
        return 0, [], b"", False, True, 0.0
    if path == "/gzip":
        out.append(("Content-Encoding", "gzip"))
        return reply(200, "text/html", gzip.compress(page(path), mtime=0))
    if path == "/deflate":
        out.append(("Content-Encoding", "deflate"))
        return reply(200, "text/html", zlib.compress(page(path)))
    if path == "/cookies/set":
        for k, v in query.items():
            out.append(("Set-Cookie", f"{k}={v}; Path=/"))
        return reply(200, "text/html", page(path))
    if path == "/cookies":
        return reply(200, "application/json", json.dumps({"cookies": headers.get("cookie", "")}).encode())
    if m := re.fullmatch(r"/basic-auth/([^/]+)/([^/]+)", path):
        want = "Basic " + base64.b64encode(f"{m[1]}:{m[2]}".encode()).decode()
        if headers.get("authorization") == want:
            return reply(200, "text/plain", b"in")
        out.append(("WWW-Authenticate", 'Basic realm="stub"'))
        return reply(401, "text/plain", b"who?")
    if m := re.fullmatch(r"/digest-auth/([^/]+)/([^/]+)", path):
        given = headers.get("authorization", "")
        if given.startswith("Digest "):
            f = {k: v.strip('"') for k, v in re.findall(r'(\w+)=("[^"]*"|[^,\s]+)', given[7:])}
            ha1 = hashlib.md5(f"{m[1]}:stub:{m[2]}".encode()).hexdigest()
            ha2 = hashlib.md5(f"{method}:{f.get('uri', '')}".encode()).hexdigest()
            good = hashlib.md5(
                f"{ha1}:{f.get('nonce')}:{f.get('nc')}:{f.get('cnonce')}:{f.get('qop')}:{ha2}".encode()
            ).hexdigest()
            if f.get("response") == good and f.get("username") == m[1]:
                return reply(200, "text/plain", b"in")
        out.append(("WWW-Authenticate", 'Digest realm="stub", nonce="abcdef0123456789", qop="auth", algorithm=MD5'))
        return reply(401, "text/plain", b"who?")
    if m := re.fullmatch(r"/digest/([^/]+)/([^/]+)", path):
        if digest_is_right(method, target, headers, body, m[1], m[2], query):
            return reply(200, "text/plain", b"in")
        told = [f'realm="{query.get("realm", "stub")}"', f'nonce="{query.get("nonce", "0123456789abcdef")}"']
        told += [f'qop="{query["qop"]}"'] if "qop" in query else []
        told += [f"{key}={query[key]}" for key in ("algorithm", "opaque", "stale", "domain", "charset") if key in query]
        out.append(("WWW-Authenticate", "Digest " + ", ".join(told)))
        out += [(v.partition(":")[0], v.partition(":")[2]) for k, v in parse_qsl(url.query) if k == "h"]
        return reply(401, "text/plain", b"who?")
    if m := re.fullmatch(r"/etag/(\w+)", path):
        out.append(("ETag", f'"{m[1]}"'))
        if headers.get("if-none-match") == f'"{m[1]}"':
            return 304, out, b"", False, False, 0.0
        return reply(200, "text/plain", b"tagged")
    if m := re.fullmatch(r"/cache/(\d+)", path):
        out.append(("Cache-Control", f"max-age={m[1]}"))
        return reply(200, "text/plain", b"fresh")
    if path == "/answer":  # whatever the query asks for: code=, h=Name:value (several), type=, body=
        asked = parse_qsl(url.query, keep_blank_values=True)
        out += [(v.partition(":")[0], v.partition(":")[2].strip()) for k, v in asked if k == "h"]
        return reply(int(query.get("code", 200)), query.get("type", "text/html"), query.get("body", "").encode())
    if path == "/embedded":
        extra = (
            '<link rel="stylesheet" href="/static/site.css"/><script src="/static/app.js"></script>'
            '<img src="/static/a.png"/><img src="/static/b.png"/><img src="/static/a.png"/>'
            '<iframe src="/static/frame.html"></iframe><body background="/static/bg.png">'
        )
        return reply(200, "text/html; charset=utf-8", page(path, extra))
    if path == "/echo":
        return reply(200, headers.get("content-type", "text/plain"), body)
    if path.endswith((".png", ".gif", ".jpg", ".jpeg", ".ico")):
        return reply(200, "image/png", PNG)
    if path.endswith(".css"):
        return reply(200, "text/css", b"h1 { background: url('/static/bg.png') }")
    if path.endswith(".js"):
        return reply(200, "application/javascript", b"var x = 1;")
    if path.endswith(".xml") or "xml" in headers.get("accept", ""):
        if "text/html" not in headers.get("accept", ""):
            return reply(
                200,
                "application/xml",
                f'<?xml version="1.0"?><root><path>{len(path)}</path><token>{token(path)}</token><items><item id="1">one</item><item id="2">two</item></items></root>'.encode(),
            )
    if (
        path.endswith(".json")
        or "/api" in path
        or "json" in headers.get("accept", "")
        or "json" in headers.get("content-type", "")
    ):
        data = {
            "path": path,
            "method": method,
            "id": int(token(path)[:6], 16),
            "token": token(path),
            "access_token": token(path + "a"),
            "query": query,
            "status": "ok",
            "items": [{"id": i, "name": f"item {i}", "price": i * 1.5} for i in range(1, 6)],
            "data": {"id": 42, "nested": {"value": "deep"}},
        }
        return reply(200, "application/json", json.dumps(data).encode())
    return reply(200, "text/html; charset=utf-8", page(path))


async def serve(reader, writer, log, numbers):
    numbers["connections"] += 1
    conn = numbers["connections"]
    tls = writer.get_extra_info("ssl_object")
    handshake = tls and ("resumed" if tls.session_reused else "full")
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ", 2)
            pairs = [tuple(p.strip() for p in line.split(":", 1)) for line in lines[1:] if ":" in line]
            headers = {k.lower(): v for k, v in pairs}
            if handshake:
                pairs.append(("handshake", handshake))
                handshake = "kept"
            expects = headers.get("expect", "").lower() == "100-continue"
            early = expects and "early=1" in target
            if expects:
                codes = re.findall(r"interim=(\d+)", target) or ([] if early else ["100"])
                writer.write("".join(f"HTTP/1.1 {code} Interim\r\n\r\n" for code in codes).encode())
            if early:
                body = b""
            elif headers.get("transfer-encoding", "").lower() == "chunked":
                body = b""
                while size := int((await reader.readline()).split(b";")[0], 16):
                    body += await reader.readexactly(size)
                    await reader.readline()
                await reader.readline()
            else:
                body = await reader.readexactly(int(headers.get("content-length") or 0))
            log.write(
                json.dumps(
                    {
                        "t": round(time.time(), 4),
                        "conn": conn,
                        "method": method,
                        "target": target,
                        "headers": pairs,
                        "body": body.decode("latin-1")
                        if len(body) < 65536
                        else "sha1:" + hashlib.sha1(body).hexdigest(),
                    }
                )
                + "\n"
            )
            if target.startswith("/raw?"):
                pieces, pause, close = raw_answer(target)
                for at, piece in enumerate(pieces):
                    await asyncio.sleep(pause if at else 0)
                    writer.write(piece)
                    await writer.drain()
                if close:
                    return
                continue
            status, out, payload, chunked, close, delay = answer(method, target, headers, body)
            if delay:
                await asyncio.sleep(delay)
            if close:
                return
            head = [
                f"HTTP/1.1 {status} {REASON.get(status, 'Status')}",
                "Server: stub",
                "Date: Fri, 20 Nov 2026 00:00:00 GMT",
            ]
            head += [f"{k}: {v}" for k, v in out]
            bare = method == "HEAD" or status in (204, 304)
            head.append(
                "Transfer-Encoding: chunked"
                if chunked
                else f"Content-Length: {0 if status in (204, 304) else len(payload)}"
            )
            closing = headers.get("connection", "").lower() == "close"
            head.append("Connection: close" if closing else "Connection: keep-alive")
            begin = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n"
            if early and not bare and not chunked:  # what comes in one piece with the head is not counted
                begin, bare = begin + payload, True
            writer.write(begin)
            if not bare:
                if chunked:
                    for at in range(0, len(payload), 4096):
                        part = payload[at : at + 4096]
                        writer.write(b"%x\r\n" % len(part) + part + b"\r\n")
                    writer.write(b"0\r\n\r\n")
                else:
                    writer.write(payload)
            await writer.drain()
            if closing:
                return
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, ValueError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()


async def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--log", required=True)
    ap.add_argument("--host", default="127.0.0.1")
    ap.add_argument("--port", type=int, action="append", default=[])
    ap.add_argument("--tls-port", type=int, action="append", default=[])
    ap.add_argument("--cert")
    ap.add_argument("--key")
    args = ap.parse_args()
    log, numbers = open(args.log, "a", buffering=1), {"connections": 0}
    handler = lambda r, w: serve(r, w, log, numbers)
    servers = [await asyncio.start_server(handler, args.host, p, limit=1 << 20, backlog=4096) for p in args.port]
    if args.tls_port:
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ctx.load_cert_chain(args.cert, args.key)
        servers += [
            await asyncio.start_server(handler, args.host, p, ssl=ctx, limit=1 << 20, backlog=4096)
            for p in args.tls_port
        ]
    print("stub ready", flush=True)
    await asyncio.gather(*(s.serve_forever() for s in servers))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
