"""Charsets are Java's: their names, what they write, and what they read."""

from __future__ import annotations

import zlib

import pytest

from pyjm.engine.charsets.charset import charset_named, java_charset, known_charset, out_of_reach

TABLE = """
Big5 2785 0f54d30d dd56fe7c; EUC-JP 2609 1a30cd03 1b6c4b30; EUC-KR 1651 e0018db8 818f1634; GB18030 12699 9eddf0a8 -;
GB2312 1524 08cd5b0c 4fd4251f; GBK 4820 6c74cb77 91d9c063; IBM00858 51 29e4e3fb f6affb9f;
IBM01140 52 b6bed8f9 836c22c4; IBM01141 52 795f8b3d 1671ccfb; IBM01142 52 36a66053 6da7d071;
IBM01143 52 810397a8 393a5ff4; IBM01144 52 3b5475a0 30d3ab90; IBM01145 52 132f2d6e eec361dd;
IBM01146 52 b351e296 dc563354; IBM01147 52 3b5475a0 5ad7334c; IBM01148 52 b6bed8f9 50fd03e9;
IBM01149 52 9627dc6e 9c45ecdc; IBM037 52 b6bed8f9 c3cdfee5; IBM1026 53 071483ed 580e7165;
IBM1047 52 b6bed8f9 06dc6de4; IBM273 52 795f8b3d 56d010da; IBM277 52 36a66053 8762b209; IBM278 52 810397a8 d3ff3d8c;
IBM280 52 3b5475a0 707277b1; IBM284 52 132f2d6e ae62bdfc; IBM285 52 b351e296 9cf7ef75; IBM297 52 3b5475a0 1a76ef6d;
IBM424 44 7a8dfc30 2b4a9aa6; IBM437 50 585951ad 87eaca13; IBM500 52 b6bed8f9 105cdfc8; IBM775 47 ff924c32 34d8a65d;
IBM850 52 5f3064e3 6ee4d200; IBM852 46 2604af5f 8d765233; IBM855 51 6e95fc7d 0b951d45; IBM857 51 00c54d28 16350191;
IBM860 51 460fedba 09f2a5b9; IBM861 49 a98eba01 59a14c58; IBM862 51 cb5df6f5 1ab6c997; IBM863 50 74871c8d a1a43235;
IBM864 49 a5dd4c79 c1527bd2; IBM865 49 d3147830 b6c02932; IBM866 52 19e1978a 5141188c; IBM869 45 e88356c0 db99aac4;
IBM871 52 9627dc6e dce430fd; ISO-2022-JP 1412 944703ab -; ISO-2022-JP-2 2609 c7c93d14 -; ISO-2022-KR 1651 5aec2102 -;
ISO-8859-1 52 3fd5dcb0 a58e0d99; ISO-8859-13 49 ef4fa87b 83760804; ISO-8859-15 50 e0aa6bb2 badbc553;
ISO-8859-16 45 874e56ea e45ebf41; ISO-8859-2 48 6fd33b0b 8d70052c; ISO-8859-3 49 9e9ec381 69fb8d4d;
ISO-8859-4 54 18a483ad 4862a95b; ISO-8859-5 53 e01db2e5 d7fbee86; ISO-8859-6 42 37907475 cf055f5b;
ISO-8859-7 48 5b6bf945 d12a9e1e; ISO-8859-8 45 56061245 1065887c; ISO-8859-9 53 dc494941 6ccf93c3;
KOI8-R 52 b3a32db6 a927e603; KOI8-U 52 bdc7f64e 9c702eb9; Shift_JIS 1412 6f6ac5cc 9599aa12;
TIS-620 45 620557dd be16659f; US-ASCII 26 bb7042c0 8131e744; windows-1250 47 f4445dc0 51fde6e1;
windows-1251 52 c13a4882 b6fb03e6; windows-1252 52 a69c3cce 53ea7992; windows-1253 47 0382db8d 4ed199bc;
windows-1254 53 26d83d9c 1303e00e; windows-1255 49 75dc800b 67739a66; windows-1256 52 46b026bd e7d5dce0;
windows-1257 49 5052daea a6bca0b1; windows-1258 48 2d0c2b83 07882ddb; windows-31j 1868 20631e85 b98ce9a9;
x-IBM1006 51 d6bd2aab 1b0933a2; x-IBM1124 53 e01db2e5 0de8a211; x-IBM737 50 66a2a44c 9397314f;
x-IBM856 42 974026c7 d3b674a3; x-IBM874 45 7fd01631 02a8e01f; x-IBM875 47 be74007f 3234af6a;
x-IBM921 49 ef4fa87b 83760804; x-IBM922 50 ed4025cc a0001b4e; x-iso-8859-11 51 268a7ff6 97e41121;
x-Johab 3423 89e39340 4d967b67; x-MacCentralEurope 51 8fcb4a4c 8c97bf90; x-MacCroatian 53 b981e567 14ae820f;
x-MacCyrillic 53 00591309 5ead528c; x-MacGreek 50 fc976e9f 27c89112; x-MacIceland 55 143fbc1a 6c74963f;
x-MacRoman 56 ddcc4e48 e3d8f7af; x-MacRomania 57 54e996a4 bf4c0b69; x-MacTurkish 55 214ef451 762cff40;
x-MacUkraine 53 00591309 298efa51; x-mswin-936 4820 6c74cb77 f74f9034; x-SJIS_0213 2219 4bffcf22 -;
x-windows-874 47 47fea189 b4e3696c; x-windows-949 3461 057b0e59 67885437; x-windows-950 3987 6cccf214 b933ce39
"""
"""Of each, as Java 17 has it: how many of every fifth character it has, the checksum of their bytes, and that of what
it reads in single bytes and, where some characters have several, in every 131st pair of bytes."""

OUT_OF_REACH = """
IBM-Thai IBM290 IBM420 IBM868 IBM870 IBM918 ISO-2022-CN JIS_X0201 JIS_X0212-1990 x-Big5-HKSCS-2001 x-Big5-Solaris
x-euc-jp-linux x-EUC-TW x-eucJP-Open x-IBM1025 x-IBM1046 x-IBM1097 x-IBM1098 x-IBM1112 x-IBM1122 x-IBM1123 x-IBM1129
x-IBM1166 x-IBM1364 x-IBM1381 x-IBM1383 x-IBM29626C x-IBM300 x-IBM33722 x-IBM833 x-IBM834 x-IBM930 x-IBM933 x-IBM935
x-IBM937 x-IBM939 x-IBM942 x-IBM943 x-IBM943C x-IBM948 x-IBM949C x-IBM964 x-IBM970 x-ISCII91 x-ISO-2022-CN-CNS
x-ISO-2022-CN-GB x-JIS0208 x-JISAutoDetect x-MacArabic x-MacDingbat x-MacHebrew x-MacSymbol x-MacThai x-MS932_0213
x-MS950-HKSCS x-MS950-HKSCS-XP x-PCK x-windows-50220 x-windows-50221 x-windows-iso2022jp
"""


@pytest.mark.parametrize("row", [row.split() for row in TABLE.split(";")], ids=lambda row: row[0])
def test_every_character_is_written_and_every_byte_is_read_as_java_does(row: list[str]) -> None:
    name, count, written, read = row
    charset = charset_named(name)
    assert charset is not None
    assert charset.name == name
    lacking = {charset.encode("\U000e0001"), charset.encode("\U000e0001\U000e0001")}
    chars = [chr(code) for code in range(0, 0x10000, 5) if not 0xD800 <= code < 0xE000]
    both = [(char, charset.encode(char)) for char in chars]
    had = [data for char, data in both if char == "?" or data not in lacking]
    assert len(had) == int(count)
    assert f"{zlib.crc32(b''.join(had)):08x}" == written
    if read != "-":
        units = [bytes((byte,)) for byte in range(256)]
        if any(len(data) > 1 for data in had):
            units += [pair.to_bytes(2, "big") for pair in range(0, 0x10000, 131)]
        text = "|".join([charset.decode(unit) for unit in units])
        assert f"{zlib.crc32(text.encode('utf-16-le', 'surrogatepass')):08x}" == read


@pytest.mark.parametrize("name", OUT_OF_REACH.split())
def test_what_python_has_no_codec_for_is_known_and_out_of_reach(name: str) -> None:
    assert out_of_reach(name)
    assert charset_named(name) is None


@pytest.mark.parametrize(
    ("name", "proper"),
    [
        ("utf8", "UTF-8"), ("unicode-1-1-utf-8", "UTF-8"), ("latin1", "ISO-8859-1"), ("ISO8859_1", "ISO-8859-1"),
        ("Cp1252", "windows-1252"), ("default", "US-ASCII"), ("646", "US-ASCII"), ("sjis", "Shift_JIS"),
        ("MS932", "windows-31j"), ("cp936", "GBK"), ("ms936", "x-mswin-936"), ("euc-tw", "x-EUC-TW"),
        ("CESU8", "CESU-8"), ("UnicodeLittle", "x-UTF-16LE-BOM"), ("IBM-1047", "IBM1047"),
        ("iso-8859-11", "x-iso-8859-11"),
    ],
)  # fmt: skip
def test_other_names(name: str, proper: str) -> None:
    charset = java_charset(name)
    assert charset is not None
    assert charset.name == proper


@pytest.mark.parametrize(
    "name",
    [
        "", "abc", "-1", "${undefined}", "undefined", "hex", "rot13", "idna", "utf 8", " utf-8", "utf-7",
        "hz", "koi8-t",
        "raw_unicode_escape", "unicode_escape", "utf_8_sig", "mbcs", "ptcp154", "utf-16-le",
        "iso2022_jp", "punycode",
    ],
)  # fmt: skip
def test_what_java_has_not_is_unknown(name: str) -> None:
    assert not known_charset(name)
    assert not out_of_reach(name)


@pytest.mark.parametrize(
    ("name", "text", "data"),
    [
        ("UTF-8", "a\ud800b", "613f62"), ("UTF-16", "a\udc00", "feff0061fffd"), ("UTF-16", "", ""),
        ("UTF-16LE", "\U0001f600", "3dd800de"), ("UTF-32", "a\udc00", "000000610000fffd"),
        ("x-UTF-16LE-BOM", "a", "fffe6100"), ("X-UTF-32BE-BOM", "\U0001f600", "0000feff0001f600"),
        ("CESU-8", "a\u0e01\U0001f600b", "61e0b881eda0bdedb88062"), ("US-ASCII", "a\u20ac\U0001f600b", "613f3f62"),
        ("ISO-8859-1", "\u20ac", "3f"), ("IBM037", "a\u0e01\U0001f600b\n", "816f6f8215"), ("GBK", "\u20ac", "a2e3"),
        ("x-mswin-936", "\u20ac", "80"), ("GB18030", "a\u0e01\U0001f600b", "618132ce399439fc3662"),
        ("ISO-2022-JP", "a\u0e01\U0001f600b", "611b2442212921291b284262"),
        ("ISO-2022-JP", "\uff71", "1b2849311b2842"),
        ("ISO-2022-KR", "a\uac00b\uac01", "611b2429430e30210f620e3022"), ("windows-31j", "\u2252\u2170", "81e0fa40"),
    ],
)  # fmt: skip
def test_what_is_written(name: str, text: str, data: str) -> None:
    charset = charset_named(name)
    assert charset is not None
    assert charset.encode(text).hex() == data


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("UTF-8", "41c342", "A\ufffdB"), ("UTF-8", "e28241", "\ufffdA"), ("UTF-8", "f0808041", "\ufffd\ufffd\ufffdA"),
        ("UTF-8", "eda080", "\ufffd"), ("UTF-8", "eda080edb080", "\ufffd\ufffd"), ("UTF-8", "c080", "\ufffd\ufffd"),
        ("UTF-8", "f4908080", "\ufffd" * 4), ("UTF-8", "efbbbf41", "\ufeffA"), ("UTF-16", "fffe4100", "A"),
        ("UTF-16", "0041", "A"), ("UTF-16BE", "feff0041", "\ufeffA"), ("UTF-16BE", "d8000041", "\ufffd"),
        ("UTF-16BE", "004100", "A\ufffd"), ("UTF-16", "00", "\ufffd"), ("UTF-16BE", "d83dde00", "\U0001f600"),
        ("UTF-32", "fffe000041000000", "A"), ("UTF-32", "0000004100", "A\ufffd"), ("GB18030", "8130", "\ufffd"),
        ("GB18030", "81308130", "\x80"), ("GB18030", "41fe", "A\ufffd"), ("EUC-JP", "a141", "\ufffd"),
        ("EUC-JP", "8ea141", "\uff61A"), ("EUC-JP", "8fb0a1", "\u4e02"), ("Big5", "a180", "\ufffd"),
        ("ISO-2022-JP", "1b244224221b284241", "\u3042A"), ("ISO-2022-KR", "1b242943410e30210f42", "A\uac00B"),
    ],
)  # fmt: skip
def test_what_is_read(name: str, data: str, text: str) -> None:
    charset = charset_named(name)
    assert charset is not None
    assert charset.decode(bytes.fromhex(data)) == text
