"""JEXL expressions. The tables are what JMeter 5.5 gave for them; where nothing is given, it logged an error."""

from __future__ import annotations

from typing import Any

import pytest

JEXL3 = r"""
1+2  =>  3
1 + 2.5  =>  3.5
"a" == "a"  =>  true
'a' == "b"  =>  false
"${a}" == "A"  =>  true
"${num}" == 42  =>  true
"${num}" > 41  =>  true
"42" > "5"  =>  false
"42" > 5  =>  true
"abc" > 5  =>
"abc" == 5  =>
"" == 0  =>  true
"" == null  =>  false
null == 0  =>  false
null  =>
true  =>  true
TRUE  =>
true && false  =>  false
true and true  =>  true
"true" && true  =>  true
"yes" && true  =>  true
1 && true  =>  true
0 || 0.0  =>  false
!true  =>  false
not true  =>  false
!"x"  =>  false
"abc" =~ "a.*"  =>  true
"abc" =~ "b"  =>  false
"abc" !~ "b"  =>  true
"abc" =^ "ab"  =>  true
"abc" =$ "bc"  =>  true
"abc" !^ "ab"  =>  false
"abc" !$ "bc"  =>  false
1 =~ [1\,2]  =>  true
"a" =~ ["a"\,"b"]  =>  true
3 =~ (1..5)  =>  true
1 > 2 ? "x" : "y"  =>  y
null ?: "d"  =>  d
"" ?: "d"  =>  d
0 ?: "d"  =>  d
null ?? "d"  =>  d
"" ?? "d"  =>
undefinedvar  =>
undefinedvar == null  =>
undefinedvar ?: "e"  =>  e
a == "A"  =>
vars.get("a")  =>  A
vars.get("a") == "A"  =>  true
vars.get("zz") == null  =>  true
vars.get('num') + 1  =>  421
vars.get("num") * 2  =>  84
vars.a  =>  A
vars["a"]  =>  A
vars.getObject("o") + 1  =>  8
props.get("k")  =>  kv
props.getProperty("k")  =>  kv
props.getProperty("zz"\,"def")  =>  def
props.k  =>  kv
size("abc")  =>  3
size "abc"  =>  3
empty("")  =>  true
empty ""  =>  true
empty(0)  =>  true
empty(null)  =>  true
empty(zz)  =>  true
empty vars.get("zz")  =>  true
size([1\,2])  =>  2
{"a":1}  =>  {a=1}
"abc".length()  =>  3
"abc".size()  =>  3
"abc".equals("abc")  =>  true
"abc".contains("b")  =>  true
"abc".startsWith("b")  =>  false
"abc".endsWith("c")  =>  true
"".isEmpty()  =>  true
"abc".toUpperCase()  =>  ABC
" abc ".trim() + "|"  =>  abc|
"abcdef".substring(2)  =>  cdef
"abcdef".substring(2\,4)  =>  cd
"abcdef".indexOf("cd")  =>  2
"abc".replace("b"\,"x")  =>  axc
"abc".equalsIgnoreCase("ABC")  =>  true
"a1".matches("[a-z][0-9]")  =>  true
"abc".concat("d")  =>  abcd
"a\,b".split("\,")[1]  =>  b
1/2  =>  0
7/2  =>  3
7 div 2  =>  3
7.0/2  =>  3.5
7 % 3  =>  1
7 mod 3  =>  1
-7 % 3  =>  -1
-7 / 2  =>  -3
1/0  =>
1.0/0  =>
1 % 0  =>
2147483647 + 1  =>  2147483648
9223372036854775807 + 1  =>  9223372036854775808
2147483647 * 2147483647  =>  4611686014132420609
10000000000  =>  10000000000
10L  =>  10
1.0  =>  1.0
1.0f  =>  1.0
1.5e3  =>  1500.0
1e10  =>  1.0E10
0x1F  =>  31
010  =>  8
100h  =>  100
-1  =>  -1
- 1 - -1  =>  0
+1  =>  1
~5  =>  -6
"1" + "2"  =>  12
"1" + 2  =>  12
1 + "2"  =>  12
"a" + 2  =>  a2
"1.5" + 2  =>  1.52
"1" - "2"  =>  -1
"3" * "2"  =>  6
"a" * "2"  =>
"" + 1  =>  1
null + 1  =>
"a" + null  =>
true + 1  =>  2
"5" / "2"  =>  2
"5.0" / "2"  =>  2.5
"1" == 1.0  =>  true
1 == 1.0  =>  true
"1.0" == 1  =>
true == "true"  =>  true
true == 1  =>  true
"true" == true  =>  true
"x" < "y"  =>  true
"10" < "9"  =>  true
null < 1  =>  false
1 < null  =>  false
null == null  =>  true
x = 5; x + 1  =>  6
var x = 5; x * 2  =>  10
if (1 == 1) "y" else "n"  =>  y
if (1 == 1) { "y" } else { "n" }  =>  y
1 == 1; 2  =>  2
   =>
1 +  =>
"abc  =>
${a} == A  =>
"a" == "a" and "b" == "b" or false  =>  true
("a" == "a") && (("b" != "b") || 1 < 2)  =>  true
'it\\'s'  =>  it's
"a" + 'b' + 1 + 2  =>  ab12
1 + 2 + "a"  =>  3a
1 == 1 == true  =>
1 < 2 < 3  =>
1 // d  =>  1
## x  =>
3 > 2 > 1  =>
"OK" == "OK" && ${num} > 10  =>  true
${empty} == 1  =>
"${nope}" == "$" + "{nope}"  =>  true
"\${nope}" != ""  =>  true
true ? 1 : 2.0  =>  1
1.10  =>  1.1
0.1+0.2  =>  0.30000000000000004
100.0 * 1.1  =>  110.00000000000001
1000000.0*100  =>  1.0E8
5 * 1.0  =>  5.0
"1,5" > 1  =>
" 42 " == 42  =>
"42" == "42.0"  =>  false
"0x10" == 16  =>
"1e2" == 100  =>
vars.get("num") > 5 && vars.get("num") <= 42  =>  true
vars.get("zz") > 5  =>  false
vars.get("zz").length()  =>
sampleResult.getResponseCode()  =>
log.info("x")  =>
"a" in ["a"]  =>
!empty("x")  =>  true
not empty("x")  =>  true
!empty "x" && true  =>  true
"x" != null && "x" != ""  =>  true
"x" <> "y"  =>
"x" = "y"  =>
"x" === "x"  =>
"x" == "x" & true  =>  1
x.y == 1  =>  false
"abc".length() > 2  =>  true
"a b" == "a b"  =>  true
"1"*1 == 1  =>  true
-"5"  =>
"" > 1  =>  false
"" < 1  =>  true
true && null  =>
null || true  =>
!null  =>
"false" || false  =>  false
1 && 2  =>  true
"abc"[1]  =>
[1\,2\,3][1]  =>  2
{"k":"v"}["k"]  =>  v
{"k":"v"}.k  =>  v
[1\,2].size()  =>  2
"ß".toUpperCase()  =>  SS
"a.b.c".split("\\\\.").length  =>
size("abc") > 2  =>  true
"abc".lastIndexOf("c")  =>  2
"abc".replaceAll("[ab]"\,"x")  =>  xxc
"5".compareTo("6")  =>  -1
5.toString()  =>  5
"\\t|\\q|\\\\|\\u0041|\\"|\\'"  =>  	|\q|\|A|"|\'
'\\t|\\q|\\\\|\\u0041|\\"|\\''  =>  	|\q|\|A|\"|'
true > false  =>  true
"true" == "TRUE"  =>  false
true == "TRUE"  =>  true
1 != "1"  =>  false
not (1 == 2) and ! false  =>  true
1 and 2 or 3  =>  true
x.y  =>
x.y == null  =>  true
"a"." b"  =>
"ab".length  =>
"a".equals(1)  =>  false
"abc".substring("1")  =>
"abc".substring(5)  =>
"abc".indexOf("b"\,2)  =>  -1
"abc".contains(1)  =>  false
"a".compareTo("c")  =>  -2
"abc" .length ()  =>  3
vars . get ( "a" )  =>  A
"a" "b"  =>
1 2  =>
1;  =>  1
;  =>
x = y = 3  =>  3
if (false) 1  =>
if (zz) 1 else 2  =>
08  =>
1.  =>
.5  =>
"5" + 1.5  =>  51.5
"5" - 1.5  =>  3.5
"" - 1  =>  -1
" 5" * 2  =>
true && "FALSE"  =>  true
5 - "abc"  =>
1 == 1 ? 2 == 2 ? "a" : "b" : "c"  =>  a
-vars.get("num")  =>
-vars.getObject("o")  =>  -7
-true  =>  false
+"5"  =>
vars.getObject("list").get(1)  =>  q
100000000 * 1.0  =>  1.0E8
3.0 == 3  =>  true
3.0 =~ 3  =>  true
"5".length() + "x".length()  =>  2
andy == 1  =>
1 == 1 && !("a" == "b")  =>  true
!"a" == "b"  =>  false
!1 == 2  =>  false
- 2 * 3 + 4  =>  -2
2 + 3 * 4 - 6 / 2  =>  11
1 lt 2 and 3 gt 2  =>  true
"${name}".toLowerCase().startsWith("b")  =>  true
"A" > "a"  =>  false
50 > "5"  =>  true
50 > "5.5"  =>
50.0 > "5.5"  =>  true
50.0 > ""  =>  true
50.0 == "50"  =>  true
1 == true  =>  true
${o} == 7  =>  true
${f} == 1.5  =>  true
"${f}" == 1.5  =>  true
"${f}" > 1  =>
#0  =>
a-b  =>
"x".isBlank()  =>  false
"a-b".split("-").length  =>
"a-b".split("-").size()  =>  2
size("a-b".split("-"))  =>  2
@x  =>
$x  =>
x:y  =>
1 == 1 || undefd  =>  true
undefd || 1 == 1  =>
undefd == 1 || 1 == 1  =>
3 * (1 + 2)  =>  9
'abc'.toString() == 'abc'  =>  true
5 == 5.0 && "5" == 5  =>  true
12345678901234567890  =>  12345678901234567890
12345678901234567890 > 1  =>  true
1 ne 2 && "a" eq 'a'  =>  true
1 le 2  =>  true
true or zz  =>  true
divx  =>
"\${a}".length()  =>  4
"""

JEXL2 = r"""
"1" + "2"  =>  3
"1.5" + 2  =>  3.5
"a" + 2  =>  a2
vars.get('num') + 1  =>  43
empty(0)  =>  false
-7 % 3  =>  2
"abc" =^ "ab"  =>
null ?? "d"  =>
"${name}" == "Bob" && ${num} >= 42  =>  true
"10" < "9"  =>  true
"""

SCRIPTS = """
var s = 0; for (i : 1..4) { s += i } s  =>  10
var i = 0; while (true) { i += 1; if (i > 3) break; } i  =>  4
var i = 0; var s = 0; while (i < 5) { i += 1; if (i == 3) continue; s += i } s  =>  12
var i = 0; do { i = i + 1 } while (i < 3); i  =>  3
if (true) { return 3 } 4  =>  3
var t = 20; var f = function(x) { x + t }; f(2)  =>  22
var fact = function(n) { n <= 1 ? 1 : n * fact(n - 1) }; fact(5)  =>  120
var f = (x) -> { x * 2 }; f(4)  =>  8
var m = {"k": 1}; m["k"] += 2; m.k  =>  3
var a = [1, 2]; a[0] = 9; a[0]  =>  9
{1, 2, 2}  =>  [1, 2]
{1; 2}  =>  2
var b = "x"; `a${b}c`  =>  axc
new("java.lang.Integer", "12") + 1  =>  13
var l = new("java.util.ArrayList"); l.add(3); l  =>  [3]
1.5B + 1  =>  2.5
f(1)  =>
x -> x  =>
"""

REFUSED = [
    "new('java.net.URL', 'x')",
    "'x'.nope()",
    "Math.random()",
]


def pairs(table: str) -> list[tuple[str, str]]:
    split = (line.partition("  =>") for line in table.strip("\n").split("\n"))
    return [(left, right.strip()) for left, _, right in split]


@pytest.mark.parametrize(("expression", "result"), pairs(JEXL3))
def test_jexl3_gives_what_jmeter_gives(expression: str, result: str, desk: Any) -> None:
    assert desk.text(f"${{__jexl3({expression})}}").strip() == result


@pytest.mark.parametrize(("script", "result"), pairs(SCRIPTS))
def test_jexl3_runs_scripts(script: str, result: str, desk: Any) -> None:
    escaped = script.replace(",", "\\,").replace("$", "\\$")
    assert desk.text(f"${{__jexl3({escaped})}}") == result


@pytest.mark.parametrize(("expression", "result"), pairs(JEXL2))
def test_jexl2_differs_as_in_jmeter(expression: str, result: str, desk: Any) -> None:
    assert desk.text(f"${{__jexl2({expression})}}") == result


@pytest.mark.parametrize("expression", REFUSED)
def test_what_is_not_supported_is_a_fault_where_the_expression_is_written_out(expression: str, desk: Any) -> None:
    escaped = expression.replace("$", "\\$")
    assert "is not supported" in desk.faults(f"${{__jexl3({escaped})}}")[0]


def test_what_is_not_supported_gives_nothing_where_it_is_only_known_when_it_runs(desk: Any) -> None:
    desk.user.vars["later"] = "'x'.nope()"
    assert desk.text("${__jexl3(${later})}") == ""


def test_the_result_is_kept_in_a_variable_unless_the_expression_can_not_be_read(desk: Any) -> None:
    desk.text("${__jexl3(1 + 1,kept)}${__jexl3(1 +,unread)}${__jexl3(nothing,undefined)}${__jexl2(nothing,two)}")
    assert desk.user.vars["kept"] == "2"
    assert desk.user.vars["undefined"] == ""
    assert not {"unread", "two"} & desk.user.vars.keys()


def test_expressions_reach_variables_and_properties(desk: Any) -> None:
    assert desk.text('${__jexl3(vars.put("q"\\,"2"); vars.get("q"))}') == "2"
    assert desk.text('${__jexl3(props.put("pk"\\,"1"); props.get("pk"))}') == "1"
    assert desk.build.properties["pk"] == "1"
    assert desk.text("${__jexl3(threadName)} ${__jexl3(ctx.getThreadNum())}") == "Users 1-1 0"
