"""Random thread groups of HTTP: odd requests and answers, defaults, headers, cookies, caches, logins, modules."""

from __future__ import annotations

import random
from urllib.parse import quote

from .generate import ON_ERROR, VARIABLES, Tree
from .work import CONTENTS, SHOWN, Work
from .writing import arguments, debug, element, flag, group, items_of, number, plan, text, texts

GROUPS = 12
HERE = "127.0.0.1"
PATHS = (
    "/a b/ü",
    "a/b?c=1&d",
    "/%41%zz?x=%20y z",
    f"http://{HERE}:8080/whole?q=${{v_1}}",
    f"HTTP://{HERE}:8080/Upper",
    "",
    "/",
    "?only=query",
    "//double//slash",
    "/a/../b/./c",
    "/frag#ment",
    "/semi;jsessionid=1?a=b;c",
    "/${v_1}/${undefined}",
    '/q"uo|te{s}',
    "/plus+a?b=c+d&e=%2B",
    "/echo",
    "/embedded",
    "/redirect/2",
    "/redirect/7",
    "/redirect-to?status=307&url=/echo",
    "/redirect-to?status=303&url=/cookies",
    f"/redirect-to?status=301&url=http%3A%2F%2F{HERE}%3A8080%2Fcookies",
    "/redirect-to?url=cookies%3Fa%3D%20b",
    "/cookies",
    "/cookies/set?s=1&t=${v_1}",
    "/basic-auth/ann/pw",
    "/digest-auth/ann/pw",
    "/etag/t1",
    "/cache/60",
    "/gzip",
    "/deflate",
    "/chunked/200",
    "/bytes/0",
    "/static/site.css",
    "/static/frame.html",
    "/api/x.json",
    "/status/503",
    "/close",
)
COOKIES = (
    "a=1",
    "a=2; Path=/",
    "b=; Path=/",
    'c="q q"; Path=/; Version=1',
    "d=4; Path=/cookies",
    "e=5; Path=/; Max-Age=0",
    "e=5; Path=/; Max-Age=100",
    "f=6; Path=/; Expires=Wed, 01 Jan 2031 00:00:00 GMT",
    "f=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "g=7; Domain=127.0.0.1; Path=/",
    "h=8; Domain=.example.com",
    "i=9; Secure; Path=/; HttpOnly",
    "=none",
    "novalue; Path=/",
    "j=a,b; Path=/",
)
ANSWERS = (
    "Cache-Control:max-age=100",
    "Cache-Control:no-store",
    "Cache-Control:private, max-age=0",
    "Expires:Wed, 01 Jan 2031 00:00:00 GMT",
    "Expires:0",
    'ETag:"e1"',
    "Last-Modified:Thu, 01 Jan 2015 00:00:00 GMT",
    "Vary:Accept",
    "X-Two:1",
    "x-two:2",
    "Location:/cookies",
    "Location:relative/to?x=y z",
    "Location:?q",
    'WWW-Authenticate:Basic realm="r"',
    "Link:</static/a.png>; rel=preload",
)
TYPES = (
    "text/html",
    "text/html; charset=utf-8",
    "text/html;charset=ISO-8859-1",
    'text/html; charset="utf-8"',
    "text/html; charset=nonsense",
    "application/xhtml+xml",
    "text/plain",
    "text/css",
    "application/json",
    "image/png",
    "",
    "garbage",
)
PAGES = (
    '<html><img src="/static/a.png"><img src="b.png?x=1&amp;y=2"><a href="/next?s=1">n</a></html>',
    '<base href="/base/"><link rel=stylesheet href=s.css><script src=\'/x.js\'></script><img src=" c.png ">',
    '<body background="/bg.gif"><iframe src="/static/frame.html"></iframe><input type=image src=i.png>',
    "<style>@import url(/i.css); p{background:url('u.png')}</style><p style=\"background: url(v.png)\">",
    '<img src="http://127.0.0.1:8080/whole.png"><img src="//127.0.0.1:8080/half.png">'
    '<img src="data:image/png;base64,AA">',
    '<a href="/p;sid=abc?x=1">s</a><input type="hidden" name="sid" value="zz"> sid=abc&x id=12; ü€',
    "<img src=''><img><img src='a b.png'><img src=\"/é.png\"><embed src=/e.gif><applet code=A.class codebase=/c>",
    "plain id=12; name=Bob",
    "",
)
HEADERS = (
    ("X-A", "1"),
    ("x-a", "2"),
    ("X-B", "${v_1}"),
    ("Accept", "text/*"),
    ("Content-Type", "application/json"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("User-Agent", "me"),
    ("Cookie", "own=1"),
    ("Host", "other.example"),
    ("Connection", "close"),
    ("Accept-Encoding", "gzip"),
    ("Authorization", "Bearer t"),
    ("Content-Length", "3"),
    ("X-E", ""),
    ("Referer", "http://r/ö"),
    ("", "unnamed"),
)
POLICIES = ("standard", "standard-strict", "netscape", "default", "compatibility", "ignoreCookies", "rfc2109", "")
METHODS = ("GET", "GET", "GET", "POST", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND")
VALUES = ("a b", "${v_2}", "ü&=€", "", "x%20y", "+", "<&>'\"", "two\nlines", "${undefined}")


class Web(Work):
    """Makes the tree of one thread group, most of it HTTP."""

    def __init__(self, choose: random.Random, modules: list[str]) -> None:
        super().__init__(choose)
        flow = [self.simple, self.loop, self.once, self.switch, self.if_, self.transaction, self.transaction]
        self.makers = [
            *[self.request] * 8,
            *[self.cookies, self.cache, self.logins, self.hosts, self.user_variables, self.rewriting, self.links],
            *[self.defaults] * 2,
            *[self.headers] * 2,
            *self.choose.sample(flow, 4),
            *self.choose.sample(self.attached, 3),
            *[self.handler, self.judge, self.parameters, self.counter, self.csv],
        ]
        self.modules = modules
        if modules:
            self.makers += [self.module] * 2

    def chance(self, share: float) -> bool:
        return self.choose.random() < share

    def some(self, of: tuple[str, ...], most: int) -> list[str]:
        return self.choose.sample(of, self.choose.randint(0, most))

    def path(self) -> str:
        """Make a path: one of the target's, or one whose answer is what the path says."""
        if self.chance(0.45):
            return self.one(PATHS)
        told = [f"Set-Cookie:{each}" for each in self.some(COOKIES, 2)] + self.some(ANSWERS, 2)
        code = self.one((200, 200, 200, 200, 204, 301, 302, 304, 307, 308, 401, 404, 500))
        lines = "".join(f"&h={quote(each)}" for each in told)
        return f"/answer?code={code}&type={quote(self.one(TYPES))}&body={quote(self.one(PAGES))}{lines}"

    def request(self, name: str, depth: int) -> str:
        props = self.content() + self.place(0.8)
        props += text("HTTPSampler.path", self.path()) + text("HTTPSampler.method", self.one(METHODS))
        follow = self.choose.random()
        props += flag("HTTPSampler.follow_redirects", follow < 0.6)
        props += flag("HTTPSampler.auto_redirects", 0.5 < follow < 0.8)
        props += flag("HTTPSampler.use_keepalive", self.chance(0.85))
        props += self.resources(0.3)
        if self.chance(0.1):
            props += flag("HTTPSampler.md5", True)
        if self.chance(0.2):
            props += text("HTTPSampler.implementation", self.one(("HttpClient4", "", "HttpClient3.1")))
        return element("HTTPSamplerProxy", self.label(name), props, self.with_some(name))

    def content(self) -> str:
        """Make what a request carries: parameters, a raw body or files."""
        if self.chance(0.2):
            raw = [("", value) for value in self.choose.sample(VALUES, self.choose.randint(1, 2))]
            pairs = arguments("HTTPsampler.Arguments", raw, "HTTPArgument", encode=False)
            return flag("HTTPSampler.postBodyRaw", True) + pairs + self.encoding()
        names = self.choose.sample(("p", "p", "q r", "ü", "z[]", "${v_1}"), self.choose.randint(0, 3))
        pairs = [(each, self.one(VALUES)) for each in names]
        props = arguments("HTTPsampler.Arguments", pairs, "HTTPArgument", encode=self.chance(0.7)) + self.encoding()
        if self.chance(0.2):
            props += flag("HTTPSampler.DO_MULTIPART_POST", True)
            props += flag("HTTPSampler.BROWSER_COMPATIBLE_MULTIPART", self.chance(0.5))
        if self.chance(0.15):
            items = "".join(self.file(each) for each in self.some(("up.txt", "up 2.bin", "missing.txt"), 2))
            files = f'<collectionProp name="HTTPFileArgs.files">{items}</collectionProp>'
            props += f'<elementProp name="HTTPsampler.Files" elementType="HTTPFileArgs">{files}</elementProp>'
        return props

    def file(self, name: str) -> str:
        props = text("File.path", name) + text("File.paramname", self.one(("f", "", "ü f")))
        props += text("File.mimetype", self.one(("text/plain", "", "x/y; charset=utf-8")))
        return f'<elementProp name="{name}" elementType="HTTPFileArg">{props}</elementProp>'

    def encoding(self) -> str:
        return text("HTTPSampler.contentEncoding", self.one(("", "", "UTF-8", "ISO-8859-1", "utf-16", "${undefined}")))

    def place(self, whole: float) -> str:
        """Make where a request goes; what it leaves out is up to the defaults."""
        props = text("HTTPSampler.domain", HERE if self.chance(whole) else self.one(("", "localhost", f"{HERE}/x")))
        props += text(
            "HTTPSampler.port", self.one(("8080", "8080", "8080", "", "0", "x", "9")) if self.chance(0.3) else "8080"
        )
        return props + text("HTTPSampler.protocol", self.one(("http", "http", "", "HTTP")))

    def resources(self, share: float) -> str:
        if not self.chance(share):
            return ""
        props = flag("HTTPSampler.image_parser", True)
        if self.chance(0.3):
            props += text("HTTPSampler.embedded_url_re", self.one((".*png.*", "http://127.*", "(", "${v_1}")))
        if self.chance(0.3):
            props += text("HTTPSampler.embedded_url_exclude_re", self.one((".*a[.]png", "", ".*")))
        return props

    def defaults(self, name: str, depth: int) -> str:
        pairs = [("d", "${v_1}"), ("p", "0")][: self.choose.randint(0, 2)]
        props = arguments("HTTPsampler.Arguments", pairs, "HTTPArgument", encode=True) + self.place(0.9)
        if self.chance(0.3):
            props += text("HTTPSampler.path", self.one(("/default", "/answer?body=d", "")))
        props += self.resources(0.15) + self.encoding()
        return element("ConfigTestElement", name, props)

    def headers(self, name: str, depth: int) -> str:
        pairs = self.choose.sample(HEADERS, self.choose.randint(1, 3))
        return element("HeaderManager", name, items_of("HeaderManager.headers", pairs, "Header", "Header"))

    def cookies(self, name: str, depth: int) -> str:
        own = ""
        for each in self.some(("a", "k", "${v_1}"), 2):
            more = flag("Cookie.secure", self.chance(0.2)) + number("Cookie.expires", 0).replace("intProp", "longProp")
            more += flag("Cookie.path_specified", True) + flag("Cookie.domain_specified", True)
            props = text("Cookie.value", self.one(VALUES[:4])) + text("Cookie.domain", self.one((HERE, "", ".local")))
            more += text("Cookie.path", self.one(("/", "", "/cookies")))
            own += f'<elementProp name="{each}" elementType="Cookie" testname="{each}">{props}{more}</elementProp>'
        props = f'<collectionProp name="CookieManager.cookies">{own}</collectionProp>'
        props += flag("CookieManager.clearEachIteration", self.chance(0.4)) + text(
            "CookieManager.policy", self.one(POLICIES)
        )
        return element("CookieManager", name, props + flag("CookieManager.controlledByThreadGroup", self.chance(0.2)))

    def cache(self, name: str, depth: int) -> str:
        props = flag("clearEachIteration", self.chance(0.4)) + flag("useExpires", self.chance(0.6))
        props += number("maxSize", self.one((1, 2, 5000)))
        return element("CacheManager", name, props + flag("CacheManager.controlledByThread", self.chance(0.2)))

    def logins(self, name: str, depth: int) -> str:
        one = text(
            "Authorization.url",
            self.one((f"http://{HERE}:8080/", f"http://{HERE}:8080/basic", "", "http://localhost/")),
        )
        one += text("Authorization.username", "ann") + text(
            "Authorization.password", self.one(("pw", "wrong", "${v_1}"))
        )
        one += text("Authorization.domain", "") + text("Authorization.realm", self.one(("", "stub", "r")))
        one += text("Authorization.mechanism", self.one(("BASIC", "DIGEST", "BASIC_DIGEST", "")))
        one = f'<elementProp name="" elementType="Authorization">{one}</elementProp>'
        props = f'<collectionProp name="AuthManager.auth_list">{one}</collectionProp>'
        return element("AuthManager", name, props + flag("AuthManager.clearEachIteration", self.chance(0.4)))

    def hosts(self, name: str, depth: int) -> str:
        host = text("StaticHost.Name", "shop.test") + text("StaticHost.Address", HERE)
        host = f'<elementProp name="shop.test" elementType="StaticHost">{host}</elementProp>'
        props = f'<collectionProp name="DNSCacheManager.servers"/><collectionProp name="DNSCacheManager.hosts">{host}'
        props += "</collectionProp>"
        props += flag("DNSCacheManager.clearEachIteration", False) + flag("DNSCacheManager.isCustomResolver", True)
        asks = (
            text("HTTPSampler.domain", "shop.test")
            + text("HTTPSampler.port", "8080")
            + text("HTTPSampler.method", "GET")
        )
        below = arguments("HTTPsampler.Arguments", [], "HTTPArgument") + asks + text("HTTPSampler.path", self.path())
        return element("DNSCacheManager", name, props) + element("HTTPSamplerProxy", f"{name} host", below)

    def user_variables(self, name: str, depth: int) -> str:
        items = [("v_1", self.one(VALUES[:5])), ("c", "${v_2}${v_1}")][: self.choose.randint(1, 2)]
        return element("Arguments", name, items_of("Arguments.arguments", items, "Argument", "Argument"))

    def rewriting(self, name: str, depth: int) -> str:
        props = text("argument_name", self.one(("sid", "sid", "x", "")))
        for each in (
            "path_extension",
            "path_extension_no_equals",
            "path_extension_no_questionmark",
            "cache_value",
            "encode",
        ):
            props += flag(each, self.chance(0.4))
        return element("URLRewritingModifier", name, props)

    def links(self, name: str, depth: int) -> str:
        """A parser of links, before a request that only one link at most can match."""
        props = arguments("HTTPsampler.Arguments", [], "HTTPArgument") + self.place(1)
        props += text("HTTPSampler.path", self.one(("/next", "/p;.*", "/n.*"))) + text("HTTPSampler.method", "GET")
        return element("HTTPSamplerProxy", f"{name} link", props, element("AnchorModifier", name))

    def module(self, name: str, depth: int) -> str:
        path = ["Test Plan", "Test Plan", self.one(self.modules)]
        return element("ModuleController", name, texts("ModuleController.node_path", path))

    def parameters(self, name: str, depth: int) -> str:
        return Tree.parameters(self, name, depth) if self.chance(0.5) else self.user_variables(name, depth)


def generated(seed: int) -> tuple[str, dict[str, str]]:
    """Give the plan of a seed, and the files beside it."""
    choose = random.Random(f"web {seed}")
    names, all_of = ["fragment 1", "fragment 2"], ""
    for name in names:
        all_of += element("TestFragmentController", name, "", Web(choose, []).below(2))
    all_of += Web(choose, []).headers("all", 0) if choose.random() < 0.3 else ""
    all_of += Web(choose, []).defaults("all", 0) if choose.random() < 0.3 else ""
    for at in range(GROUPS):
        shown = debug("end " + " ".join(f"{each}=${{{each}}}" for each in (*SHOWN, "COOKIE_a")))
        below = Web(choose, names).below(2) + Web(choose, names).below(2) + shown
        kind = choose.choice(("ThreadGroup",) * 6 + ("SetupThreadGroup", "PostThreadGroup"))
        all_of += group(
            f"g{at}",
            below,
            loops=choose.choice((1, 2, 3)),
            on_error=choose.choice(ON_ERROR),
            kind=kind,
            same_user=choose.random() < 0.7,
        )
    return plan(all_of, VARIABLES), {**CONTENTS, "up.txt": "up ${v_1}\r\nü", "up 2.bin": "\x00\x01"}
