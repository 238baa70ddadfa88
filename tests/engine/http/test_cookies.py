"""Cookies as JMeter 5.5 keeps and sends them: the cookies below were set, and the Cookie fields recorded from it."""

from __future__ import annotations

import pytest

from pyjm.engine.http import cookies, set_cookie
from pyjm.engine.http.cookies import CookieJar
from pyjm.engine.http.set_cookie import Cookie, parse_date

A = "a.example.com"
DEFINED = [
    ("u1", "v1", A, "/"),
    ("u2", "v 2", "example.com", "/p"),
    ("u3", "v3", ".example.com", ""),
    ("u4", "v4", "", ""),
    ("u5", "", A, "/"),
    ("u6", "x,y", "b.a.example.com", "/"),
]
SET = [
    (A, "/p/q/r", "c01=plain"),
    (A, "/p/q/r", "c02=root; Path=/"),
    (A, "/p/q/r", "c03=dom; Domain=example.com; Path=/"),
    (A, "/p/q/r", "c04=dotdom; Domain=.example.com; Path=/"),
    (A, "/p/q/r", "c05=other; Domain=other.org; Path=/"),
    (A, "/p/q/r", "c06=sub; Domain=b.a.example.com; Path=/"),
    (A, "/p/q/r", "c07=tld; Domain=com; Path=/"),
    (A, "/p/q/r", "c08=path; Path=/p"),
    (A, "/p/q/r", "c09=pathslash; Path=/p/"),
    (A, "/p/q/r", "c10=otherpath; Path=/zzz"),
    (A, "/p/q/r", "c11=sec; Path=/; Secure"),
    (A, "/p/q/r", "c12=ho; Path=/; HttpOnly; SameSite=Lax"),
    (A, "/p/q/r", "c13=ma; Path=/; Max-Age=100"),
    (A, "/p/q/r", "c14=ma0; Path=/; Max-Age=0"),
    (A, "/p/q/r", "c15=man; Path=/; Max-Age=-5"),
    (A, "/p/q/r", "c16=mabad; Path=/; Max-Age=abc"),
    (A, "/p/q/r", "c17=exp; Path=/; Expires=Wed, 01 Jan 2070 00:00:00 GMT"),
    (A, "/p/q/r", "c18=expold; Path=/; Expires=Thu, 01 Jan 1998 00:00:00 GMT"),
    (A, "/p/q/r", "c19=expdash; Path=/; Expires=Thu, 01-Jan-1998 00:00:00 GMT"),
    (A, "/p/q/r", "c20=expbad; Path=/; Expires=foo"),
    (A, "/p/q/r", "c21=exp2; Path=/; Expires=Thursday, 01-Jan-98 00:00:00 GMT"),
    (A, "/p/q/r", "c22=both; Path=/; Expires=Thu, 01 Jan 1998 00:00:00 GMT; Max-Age=100"),
    (A, "/p/q/r", "c23=a b; Path=/"),
    (A, "/p/q/r", 'c24="quoted"; Path=/'),
    (A, "/p/q/r", 'c25="a b;c"; Path=/'),
    (A, "/p/q/r", 'c26=a"b; Path=/'),
    (A, "/p/q/r", "c27=a,b; Path=/"),
    (A, "/p/q/r", "c28=a=b==; Path=/"),
    (A, "/p/q/r", "c29=; Path=/"),
    (A, "/p/q/r", "c30; Path=/"),
    (A, "/p/q/r", "=c31; Path=/"),
    (A, "/p/q/r", ""),
    (A, "/p/q/r", "  c32 = sp  ; Path = / "),
    (A, "/p/q/r", "c33=x; path=/; domain="),
    (A, "/p/q/r", "c34=x; path=; "),
    (A, "/p/q/r", "c35=x; path=rel"),
    (A, "/p/q/r", "c36=x; DOMAIN=A.EXAMPLE.COM; PATH=/"),
    (A, "/p/q/r", "c37=1; Path=/"),
    (A, "/p/q/r", "c37=2; Path=/p"),
    (A, "/p/q/r", "c37=3; Path=/"),
    (A, "/p/q/r", "c38=1; Path=/; Domain=example.com"),
    (A, "/p/q/r", "c38=2; Path=/"),
    (A, "/p/q/r", "c39=del; Path=/"),
    (A, "/p/q/r", "c39=; Path=/; Max-Age=0"),
    (A, "/p/q/r", "c40=x; Path=/; Domain=example.com."),
    (A, "/p/q/r", "c41=x, c42=y; Path=/"),
    (A, "/p/q/r", "c43=b\\c; Path=/"),
    (A, "/p/q/r", "c44=café; Path=/"),
    (A, "/p/q/r", "c45=x;Path=/;Version=1"),
    (A, "/p/q/r", "c46=x; Path=/p; Path=/"),
    (A, "/p/q/r", "c47=x; Path=/; Max-Age=1"),
    (A, "/", "c48=rootdefault"),
    (A, "/x", "c49=xdefault"),
    (A, "/x/", "c50=xsdefault"),
    (A, "", "c51=empty"),
    ("example.com", "/", "c52=host"),
    ("example.com", "/", "c53=dom; Domain=example.com"),
    ("127.0.0.1", "/", "c54=ip; Path=/"),
    ("127.0.0.1", "/", "c55=ipdom; Path=/; Domain=127.0.0.1"),
    ("localhost", "/", "c56=loc; Domain=localhost"),
    (A, "/p/q/r", 'c57="x\\"y"; Path=/'),
    (A, "/p/q/r", 'c58=x; Path="/p"'),
    (A, "/p/q/r", "c59='x y'; Path=/"),
    (A, "/p/q/r", "c60=tab\tx; Path=/"),
    (A, "/p/q/r", "c61=x; Path=/; Expires=Wed, 01 Jan 2070 00:00:00 GMT; Path=/p"),
    (A, "/p/q/r", "c62=x; Path=/; Secure=false"),
    (A, "/p/q/r", "c63=x;;;Path=/"),
    (A, "/p%20q/r", "c64=x"),
    (A, "/p/q/r", "c65 x=y; Path=/"),
    (A, "/p/q/r", "c66:x=y; Path=/"),
]
EVERYWHERE = (
    "u1=v1; u5=; c02=root; c03=dom; c04=dotdom; c07=tld; c12=ho; c13=ma; c14=ma0; "
    'c16=mabad; c17=exp; c22=both; c23="a b"; c24=quoted; c25="a b;c"; c27="a,b"; '
    'c28=a=b==; c32=sp; c34=x; c36=x; c37=3; c38=1; c38=2; c40=x; c41="x, c42=y"; '
    'c43="b\\\\c"; c44=café; c45=x; c46=x; c47=x; c48=rootdefault; c49=xdefault; '
    'c51=empty; c53=dom; c57="x\\"y"; c59="\'x y\'"; c60="tab x"; c63=x; c65 x=y; c66:x=y; '
    "u3=v3"
)
SENT = [
    ("a.example.com", "/", EVERYWHERE),
    ("a.example.com", "/p", 'c09=pathslash; u2="v 2"; c08=path; c37=2; c61=x; ' + EVERYWHERE),
    ("a.example.com", "/p/", 'c09=pathslash; u2="v 2"; c08=path; c37=2; c61=x; ' + EVERYWHERE),
    (
        "a.example.com",
        "/p/q",
        'c01=plain; c26="ab; Path=/"; c09=pathslash; u2="v 2"; c08=path; c37=2; c61=x; ' + EVERYWHERE,
    ),
    (
        "a.example.com",
        "/p/q/",
        'c01=plain; c26="ab; Path=/"; c09=pathslash; u2="v 2"; c08=path; c37=2; c61=x; ' + EVERYWHERE,
    ),
    (
        "a.example.com",
        "/p/q/r",
        'c01=plain; c26="ab; Path=/"; c09=pathslash; u2="v 2"; c08=path; c37=2; c61=x; ' + EVERYWHERE,
    ),
    (
        "a.example.com",
        "/p/q/r/s",
        'c01=plain; c26="ab; Path=/"; c09=pathslash; u2="v 2"; c08=path; c37=2; c61=x; ' + EVERYWHERE,
    ),
    ("a.example.com", "/pp", EVERYWHERE),
    ("a.example.com", "/zzz", "c10=otherpath; " + EVERYWHERE),
    ("a.example.com", "/x", "c50=xsdefault; " + EVERYWHERE),
    ("a.example.com", "/x/y", "c50=xsdefault; " + EVERYWHERE),
    ("a.example.com", "/rel", EVERYWHERE),
    ("a.example.com", "/p%20q/r", "c64=x; " + EVERYWHERE),
    (
        "a.example.com",
        "/p/q?x=/y",
        'c01=plain; c26="ab; Path=/"; c09=pathslash; u2="v 2"; c08=path; c37=2; c61=x; ' + EVERYWHERE,
    ),
    ("example.com", "/p/q/r", 'u2="v 2"; c03=dom; c04=dotdom; c07=tld; c38=1; c52=host; c53=dom; u3=v3'),
    (
        "b.a.example.com",
        "/p/q/r",
        'u2="v 2"; u1=v1; u5=; u6="x,y"; c03=dom; c04=dotdom; c07=tld; c36=x; c38=1; c40=x; c53=dom; u3=v3',
    ),
    ("xa.example.com", "/p/q/r", 'u2="v 2"; c03=dom; c04=dotdom; c07=tld; c38=1; c53=dom; u3=v3'),
    ("b.example.com", "/p/q/r", 'u2="v 2"; c03=dom; c04=dotdom; c07=tld; c38=1; c53=dom; u3=v3'),
    ("other.org", "/p/q/r", None),
    ("127.0.0.1", "/p/q/r", "c54=ip; c55=ipdom"),
    ("localhost", "/p/q/r", "c56=loc"),
    (
        "A.Example.COM",
        "/p/q/r",
        'c01=plain; c26="ab; Path=/"; c09=pathslash; u2="v 2"; c08=path; c37=2; c61=x; ' + EVERYWHERE,
    ),
]


@pytest.fixture(scope="module")
def jar() -> CookieJar:
    jar = CookieJar()
    for name, value, domain, path in DEFINED:
        jar.define(name, value, domain, path)
    for host, path, value in SET:
        jar.store(value, host, path)
    return jar


@pytest.mark.parametrize(("host", "path", "sent"), SENT)
def test_the_same_cookies_go_out_in_the_same_order_as_from_jmeter(
    jar: CookieJar, host: str, path: str, sent: str | None
) -> None:
    assert jar.header_for(host, path, False) == sent
    assert jar.header_for(host, path, False) == sent


def test_secure_cookies_go_over_tls_only(jar: CookieJar) -> None:
    sent = jar.header_for(A, "/", True)
    assert sent is not None
    assert "; c11=sec; " in sent
    assert "; c62=x; " in sent


def test_a_cookie_that_expires_while_kept_goes_on_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    jar = CookieJar()
    jar.store("a=1; Max-Age=1", "x.y", "/")
    monkeypatch.setattr(cookies, "time", lambda: 4e9)
    monkeypatch.setattr(set_cookie, "time", lambda: 4e9)
    jar.store("b=1; Expires=Wed, 01 Jan 2070 00:00:00 GMT", "x.y", "/")
    assert jar.header_for("x.y", "/", False) == "a=1"


def test_an_expired_cookie_deletes_the_one_it_is_like() -> None:
    jar = CookieJar()
    assert len(jar.store("a=1; Path=/", "x.y", "/")) == 1
    assert jar.store("a=2; Path=/; Expires=Thu, 01 Jan 1998 00:00:00 GMT", "x.y", "/") == []
    assert jar.header_for("x.y", "/", False) is None


def test_an_empty_cookie_deletes_unless_told_otherwise() -> None:
    jar = CookieJar()
    jar.store("a=1", "x.y", "/")
    jar.store("a=", "x.y", "/")
    assert len(jar) == 0
    jar = CookieJar(delete_empty=False)
    jar.store("a=", "x.y", "/")
    assert jar.header_for("x.y", "/", False) == "a="


def test_clearing_forgets_all_and_what_was_worked_out_before() -> None:
    jar = CookieJar()
    jar.store("a=1", "x.y", "/")
    assert jar.header_for("x.y", "/", False) == "a=1"
    jar.clear()
    assert jar.header_for("x.y", "/", False) is None
    jar.put(Cookie("b", "2", "x.y"))
    assert [cookie.name for cookie in jar] == ["b"]
    assert jar.header_for("x.y", "/", False) == "b=2"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Thu, 01 Jan 1998 00:00:00 GMT", 883612800),
        ("Thursday, 01-Jan-98 00:00:00 GMT", 883612800),
        ("Thu Jan  1 00:00:00 1998", 883612800),
        ("1 jan 69 0:0:1", 3124224001),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 1),
    ],
)
def test_dates_are_read_in_any_order(text: str, at: int) -> None:
    assert parse_date(text) == at


@pytest.mark.parametrize(
    "text", ["", "foo", "01 Jan 1998", "99 Jan 1998 00:00:00", "01 Jan 1998 25:00:00", "1 Jan 1500 0:0:0"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_date(text)
    assert CookieJar().store(f"a=1; Expires={text}x", "x.y", "/") == []
