"""Java's property syntax: what java.util.Properties.load reads, case by case (all rows were run through Java 17)."""

from pathlib import Path

import pytest

from pyjm.properties.parse import PropertiesError, load, parse

ROWS = [
    ("the first separator ends the key", b"a=b=c", {"a": "b=c"}),
    ("a colon separates", b"a:b", {"a": "b"}),
    ("a blank separates", b"a b c", {"a": "b c"}),
    ("a tab and a form feed separate", b"a\t\f=b", {"a": "b"}),
    ("blanks around the separator go", b"  a  =  b", {"a": "b"}),
    ("only one separator goes", b"a = = b", {"a": "= b"}),
    ("a blank then a colon is one separator", b"a :b", {"a": "b"}),
    ("blanks at the end stay", b"a=b \t", {"a": "b \t"}),
    ("a key alone has an empty value", b"a", {"a": ""}),
    ("a key may be empty", b"=b", {"": "b"}),
    ("the last of two wins", b"a=1\na=2", {"a": "2"}),
    ("both signs begin a comment", b"#a=1\n!b=2\n  # c=3\nd=4", {"d": "4"}),
    ("a comment is not continued", b"#a\\\nb=1", {"b": "1"}),
    ("a hash within a line is text", b"a=1 # one", {"a": "1 # one"}),
    ("blank lines are passed over", b"\n  \n\t\na=1\n\n", {"a": "1"}),
    ("all three line ends end a line", b"a=1\rb=2\r\nc=3\nd=4", {"a": "1", "b": "2", "c": "3", "d": "4"}),
    ("a backslash continues", b"a=1,\\\n   2,\\\r\n\t3", {"a": "1,2,3"}),
    ("two backslashes do not continue", b"a=1\\\\\nb=2", {"a": "1\\", "b": "2"}),
    ("three backslashes do", b"a=1\\\\\\\nb=2", {"a": "1\\b=2"}),
    ("a continued line may begin with a hash", b"a=1\\\n#2", {"a": "1#2"}),
    ("a continuation ends at a blank line", b"a=1\\\n\nb=2", {"a": "1", "b": "2"}),
    ("a key may be continued", b"a\\\nb=1", {"ab": "1"}),
    ("a line of one backslash begins nothing", b"\\\n#a=1\nb=2", {"b": "2"}),
    ("a backslash at the end of the file goes", b"a=1\\", {"a": "1"}),
    ("a continuation may be missing", b"a=1\\\n", {"a": "1"}),
    ("escapes stand for control characters", rb"a=\t\n\r\f", {"a": "\t\n\r\f"}),
    ("other escaped characters stand for themselves", rb"a=\q\:\\\"", {"a": 'q:\\"'}),
    ("escaped separators belong to the key", rb"a\ b\=c\:d=1", {"a b=c:d": "1"}),
    ("an escaped hash begins a key", rb"\#a=1", {"#a": "1"}),
    ("an escaped blank begins a value", rb"a=\ b", {"a": " b"}),
    ("four hexadecimal digits are a character", rb"a=\u00e9\u00E9\u0041x", {"a": "ééAx"}),
    ("a key may hold them", rb"\u0061=1", {"a": "1"}),
    ("an escaped separator code does not separate", rb"a\u003db=1", {"a=b": "1"}),
    ("a Windows path loses its backslashes", rb"a=C:\data\new", {"a": "C:data\new"}),
    ("nothing is nothing", b"", {}),
]


@pytest.mark.parametrize(("data", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_syntax(data: bytes, expected: dict[str, str]) -> None:
    assert parse(data) == expected


def test_two_escapes_of_a_pair_are_one_character() -> None:
    assert parse(rb"a=\ud83d\ude00") == {"a": "😀"}


def test_half_a_pair_can_still_be_written_out() -> None:
    assert parse(rb"a=x\ud83d")["a"].encode() == "x\N{REPLACEMENT CHARACTER}".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-8-sig"])
def test_the_encoding_is_told_by_content(encoding: str) -> None:
    assert parse("größe=für".encode(encoding)) == {"größe": "für"}


@pytest.mark.parametrize("escape", [rb"\u12", rb"\uxyzw", rb"\u", rb"\u 041"])
def test_a_malformed_escape_is_named_with_its_line(escape: bytes) -> None:
    with pytest.raises(PropertiesError, match=r"^line 3: malformed escape"):
        parse(b"a=1\n\nb=" + escape)


def test_a_file_of_utf_16_is_refused() -> None:
    with pytest.raises(PropertiesError, match="UTF-16"):
        parse("a=1".encode("utf-16"))


def test_a_fault_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.properties"
    path.write_bytes(rb"a=\u1")
    with pytest.raises(PropertiesError, match=r"bad\.properties: line 1: malformed"):
        load(path)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PropertiesError, match=r"^cannot read property file .*none\.properties: No such file") as error:
        load(tmp_path / "none.properties")
    assert "\n" not in str(error.value)
