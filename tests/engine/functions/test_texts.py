"""Functions on texts, files, dates and logs. The tables are what JMeter 5.5 gave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, NUMBER_FORMAT, JavaError

TEXTS = r"""
${__changeCase(aBc)}|${__changeCase(aBc,LOWER)}|${__changeCase(aBc,capitalize,cc)}|${cc}  =>  ABC|abc|ABc|ABc
${__changeCase(aBc,odd)}|${__changeCase(éßz, upper )}|${__changeCase(,LOWER)}  =>  aBc|éßz|
${__eval(${tpl})}|${__eval(x\${a})}|${__evalVar(tpl)}|${__evalVar(a)}|${__evalVar(zz)}  =>  <A>|xA|<A>|A|
${__eval(\${__P()}x)}|  =>  |
${__char(65)}|${__char(0x42,67)}|${__char(x)}|${__char(#43)}  =>  A|BC||C
${__escapeHtml(<a b="c">&'é€☃)}  =>  &lt;a b=&quot;c&quot;&gt;&amp;'&eacute;&euro;☃
${__unescapeHtml(&lt;&eacute;&#65;&nope;&#x42;&lt&#67&apos;)}  =>  <éA&nope;B&lt&#67&apos;
${__escapeXml(<a b="c">&'é)}  =>  &lt;a b=&quot;c&quot;&gt;&amp;&apos;é
${__unescape(a\\u0041\\x\\101\\"\\')}  =>  aAxA"'
${__escapeOroRegexpChars([^"].+?\,é_,ev)}|${ev}  =>  \[\^\"\]\.\+\?\,é_|\[\^\"\]\.\+\?\,é_
${__split(a|b||c,sp,|)}-${sp_n}-${sp_1}-${sp_2}-${sp_3}-${sp_4}-${sp_5}  =>  a|b||c-4-a-b-?-c-${sp_5}
${__split(${c},sq)}-${sq_n}-${sq_1}-${sq_2}-${sq}  =>  p,q-2-p-q-p,q
${__split(\,a\,\,,st)}-${st_n}-${st_1}-${st_2}-${st_3}-${st_4}  =>  ,a,,-3-a-?-?-${st_4}
${__split(a--b,su,--)}-${su_n}-${su_1}-${su_2}  =>  a--b-3-a-?
${__split(,sw)}-${sw_n}-${sw_1}  =>  -0-${sw_1}
${__digest(MD5,abc)}|${__digest(MD5,a,,,)}  =>  900150983cd24fb0d6963f7d28e17f72|0cc175b9c0f1b6a831c399e269772661
${__digest(SHA,a)}|${__digest(nope,abc)}  =>  86f7e437faa5a7fce15d1ddcb9eaeaea377667b8|null
${__digest(SHA-256,abc,salt,TRUE,dg)}${__V(zz,)}  =>  169B3A2B0977EBEE2EB1FD392C6AA470A3281D439FF32F20BAEA7309D7F40EEC
${__RandomString(3,a)}|${__RandomString(2,a,rs)}|${rs}|${__RandomString(0,a)}|  =>  aaa|aa|aa||
${__log(hello)}|${__logn(x)}|${__log(a,WARN,t,c)}  =>  hello||a
${__RandomFromMultipleVars(a,rm)}${rm}|${__RandomFromMultipleVars(zz)}  =>  AA|
"""

DATES = r"""
${__dateTimeConvert(2020-01-02,yyyy-MM-dd,dd/MM/yy)}|${__dateTimeConvert(x,,yyyy)}  =>  02/01/20|
${__dateTimeConvert(2020-01-02 10:11,yyyy-MM-dd HH:mm,HH.mm,dc)}|${dc}  =>  10.11|10.11
${__dateTimeConvert(2020-01-02,yyyy-MM-dd,HH:mm)}  =>
${__dateTimeConvert(02 Jan 2020,dd MMM yyyy,EEE)}  =>  Thu
${__timeShift(yyyy-MM-dd,2020-01-31,P1D,,)}  =>  2020-02-01
${__timeShift(yyyy-MM-dd HH:mm,2020-01-31 10:00,-PT90m,,ts)}|${ts}  =>  2020-01-31 08:30|2020-01-31 08:30
${__timeShift(yyyy-MM-dd,2020-01-31,P-1D,)}|${__timeShift(yyyy-MM-dd,2020-01-31,p1dt36h,)}  =>  2020-01-30|2020-02-02
${__timeShift(,86400000,P1D,)}|${__timeShift(dd/MM/yyyy,31/01/2020,,)}  =>  172800000|31/01/2020
${__timeShift(yyyy-MM-dd'T'HH:mm:ss.SSSZ,2020-01-31T10:00:00.000+0000,PT1.5S,)}  =>  2020-01-31T10:00:01.500+0000
${__timeShift(yyyyMMddHHmmss,20200131100000,PT3M,)}  =>  20200131100300
${__timeShift(dd MMM yyyy,31 Jan 2020,+PT24H,)}|${__timeShift(d/M/yy,3/2/20,PT24H,)}  =>  01 Feb 2020|4/2/20
${__timeShift(HH:mm,10:00,PT1H,)}|${__timeShift(yyyy-MM-dd,2020-02-31,P1D,)}  =>  11:00|2020-03-01
${__timeShift(yyyy-MM-dd,2020-01-31,1D,)}|${__timeShift(nonsense,,,)}  =>  2020-01-31|
${__RandomDate(yyyy-MM-dd,2020-01-02,2020-01-03,,)}|${__RandomDate(,2020-01-02,2020-01-03,)}  =>  2020-01-02|2020-01-02
${__RandomDate(dd MM yyyy,02 01 2020,03 01 2020,,rd)}|${rd}  =>  02 01 2020|02 01 2020
${__RandomDate(yyyy-MM-dd,2020-01-02,2020-01-01,,)}  =>
"""


def pairs(table: str) -> list[tuple[str, str]]:
    split = (line.partition("  =>") for line in table.strip("\n").split("\n"))
    return [(left, right[2:]) for left, _, right in split]


@pytest.mark.parametrize(("raw", "shown"), pairs(TEXTS) + pairs(DATES))
def test_a_function_gives_what_jmeter_gives(raw: str, shown: str, desk: Any) -> None:
    assert desk.text(raw) == shown
    assert not desk.build.faults


@pytest.mark.parametrize(
    ("raw", "kind", "text"),
    [
        ("${__RandomString(x,a)}", NUMBER_FORMAT, 'For input string: "x"'),
        ("${__RandomString(-1,a)}", ILLEGAL_ARGUMENT, "Requested random string length -1 is less than 0."),
        ("${__RandomDate(yyyy-MM-dd,2020-01-02,2020-01-02,,)}", ILLEGAL_ARGUMENT, "bound must be greater than origin"),
        ("${__FileToString(plan.txt,nope)}", "java.nio.charset.UnsupportedCharsetException", "nope"),
    ],
)
def test_what_jmeter_fails_by_fails_with_the_same_name(raw: str, kind: str, text: str, desk: Any) -> None:
    with pytest.raises(JavaError) as caught:
        desk.text(raw)
    assert (caught.value.kind, caught.value.text) == (kind, text)


def test_a_random_string_without_characters_has_any(desk: Any) -> None:
    assert len(desk.text("${__RandomString(20)}").encode("utf-16-le")) == 40


def test_what_is_no_locale_is_refused_where_jmeter_does_not_start(desk: Any) -> None:
    assert "Invalid locale format: fr_fr" in desk.faults("${__timeShift(dd/MM/yyyy,,P1D,fr_fr,)}")[0]
    assert not desk.faults("${__timeShift(dd MMMM yyyy,,P1D,fr_FR,)}")
    assert desk.text("${__timeShift(dd MMMM yyyy,24 août 2024,P1D,fr_FR,)}") == "25 août 2024"


def test_a_file_is_read_whole_or_line_by_line(tmp_path: Path, desk: Any) -> None:
    (tmp_path / "lines.txt").write_bytes("é\nb\n".encode())
    (tmp_path / "latin.txt").write_bytes(b"h\xe9")
    assert desk.text("${__FileToString(lines.txt,,fv)}${fv}") == "é\nb\né\nb\n"
    assert desk.text("${__FileToString(latin.txt,ISO-8859-1)}|${__FileToString(nope.txt)}") == "hé|**ERR**"
    value = desk.build.value("${__StringFromFile(lines.txt)}", "here")
    assert [value.get(desk.user), value.get(desk.another("Users 1-2", 1)), value.get(desk.user)] == ["é", "b", "é"]
    assert desk.user.vars["StringFromFile_"] == "é"
    assert desk.text("${__StringFromFile(nope.txt,v)}${v}") == "**ERR****ERR**"


def test_a_log_function_writes_the_thread_and_the_text(
    desk: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level("INFO", logger="pyjm.functions"):
        desk.text("${__log(hello)}${__log(told,ERROR,,note)}${__log(printed,OUT)}")
    assert [record.getMessage() for record in caplog.records] == ["Users 1-1  :  hello", "Users 1-1 note told"]
    assert capsys.readouterr().out == "Log: Users 1-1 : printed\n"


def test_a_text_that_comes_late_and_calls_what_is_not_there_is_logged(
    desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    desk.user.vars["late"] = "${__XPath(a,b)}"
    assert desk.text("${__evalVar(late)}") == ""
    assert "__XPath" in caplog.text
