"""The charsets that Java knows by name, as far as Python can write them: their proper names, aliases and codecs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .errors import ILLEGAL_CHARSET, UNSUPPORTED_CHARSET, WireError


class Charset(NamedTuple):
    """A charset: its proper name in Java, and what Python calls it."""

    name: str
    codec: str


_TABLE = """
Big5 big5 csBig5; Big5-HKSCS big5hkscs big5hk Big5_HKSCS big5hkscs; EUC-JP euc_jp csEUCPkdFmtjapanese x-euc-jp eucjis
Extended_UNIX_Code_Packed_Format_for_Japanese euc_jp eucjp x-eucjp; EUC-KR euc_kr ksc5601-1987 csEUCKR ksc5601_1987
ksc5601 5601 euc_kr ksc_5601 ks_c_5601-1987 euckr; GB18030 gb18030 gb18030-2022; GB2312 gb2312 euc-cn x-EUC-CN euccn
EUC_CN gb2312-80 gb2312-1980; GBK gbk CP936 windows-936; IBM00858 cp858 PC-Multilingual-850+euro ibm858 cp858 858
cp00858 ibm-858 ccsid00858; IBM01140 cp1140 ibm1140 ebcdic-us-037+euro cp1140 ibm-1140 1140 cp01140 ccsid01140; IBM037
cp037 cp037 ibm-037 csIBM037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-wt 037 cpibm37 cs-ebcdic-cp-wt ibm-37
cs-ebcdic-cp-us cs-ebcdic-cp-ca cs-ebcdic-cp-nl; IBM1026 cp1026 cp1026 ibm-1026 1026; IBM273 cp273 ibm-273 273 cp273;
IBM424 cp424 ebcdic-cp-he csIBM424 ibm-424 424 cp424; IBM437 cp437 437 ibm-437 cspc8codepage437 cp437 windows-437;
IBM500 cp500 ibm-500 500 ebcdic-cp-bh ebcdic-cp-ch csIBM500 cp500; IBM775 cp775 ibm-775 775 cp775; IBM850 cp850 cp850
cspc850multilingual 850 ibm-850; IBM852 cp852 csPCp852 ibm-852 852 cp852; IBM855 cp855 855 ibm-855 cp855 cspcp855;
IBM857 cp857 857 cp857 csIBM857 ibm-857; IBM860 cp860 860 cp860 csIBM860 ibm-860; IBM861 cp861 cp861 861 ibm-861 cp-is
csIBM861; IBM862 cp862 csIBM862 cp862 862 cspc862latinhebrew ibm-862; IBM863 cp863 csIBM863 ibm-863 863 cp863; IBM864
cp864 csIBM864 ibm-864 864 cp864; IBM865 cp865 ibm-865 csIBM865 cp865 865; IBM866 cp866 866 ibm-866 csIBM866 cp866;
IBM869 cp869 cp869 869 ibm-869 cp-gr csIBM869; ISO-2022-JP iso2022_jp csjisencoding iso2022jp jis_encoding jis
csISO2022JP; ISO-2022-JP-2 iso2022_jp_2 csISO2022JP2 iso2022jp2; ISO-2022-KR iso2022_kr csISO2022KR ISO2022KR;
ISO-8859-1 iso8859-1 819 ISO8859-1 l1 ISO_8859-1:1987 ISO_8859-1 8859_1 iso-ir-100 latin1 cp819 ISO8859_1 IBM819
ISO_8859_1 IBM-819 csISOLatin1; ISO-8859-13 iso8859-13 iso_8859-13 ISO8859-13 iso8859_13 8859_13; ISO-8859-15
iso8859-15 csISO885915 Latin-9 ISO8859-15 LATIN0 ISO8859_15_FDIS ISO8859_15 cp923 8859_15 L9 IBM923 csISOlatin9
ISO_8859-15 IBM-923 csISOlatin0 923 LATIN9; ISO-8859-16 iso8859-16 ISO_8859-16:2001 ISO_8859-16 csISO885916 latin10
iso-ir-226 l10 ISO8859_16; ISO-8859-2 iso8859-2 ISO8859-2 ibm912 l2 ISO_8859-2 8859_2 cp912 ISO_8859-2:1987 iso8859_2
iso-ir-101 latin2 912 csISOLatin2 ibm-912; ISO-8859-3 iso8859-3 ISO8859-3 ibm913 8859_3 l3 cp913 ISO_8859-3 iso8859_3
latin3 csISOLatin3 913 ISO_8859-3:1988 ibm-913 iso-ir-109; ISO-8859-4 iso8859-4 8859_4 latin4 l4 cp914 ISO_8859-4:1988
ibm914 ISO_8859-4 iso-ir-110 iso8859_4 csISOLatin4 iso8859-4 914 ibm-914; ISO-8859-5 iso8859-5 ISO_8859-5:1988
csISOLatinCyrillic iso-ir-144 iso8859_5 cp915 8859_5 ibm-915 ISO_8859-5 ibm915 915 cyrillic ISO8859-5; ISO-8859-6
iso8859-6 ASMO-708 8859_6 iso8859_6 ISO_8859-6 csISOLatinArabic ibm1089 arabic ibm-1089 1089 ECMA-114 iso-ir-127
ISO_8859-6:1987 ISO8859-6 cp1089; ISO-8859-7 iso8859-7 greek 8859_7 greek8 ibm813 ISO_8859-7 iso8859_7 ELOT_928 cp813
ISO_8859-7:1987 sun_eu_greek csISOLatinGreek iso-ir-126 813 iso8859-7 ECMA-118 ibm-813; ISO-8859-8 iso8859-8 8859_8
ISO_8859-8 ISO_8859-8:1988 cp916 iso-ir-138 ISO8859-8 hebrew iso8859_8 ibm-916 csISOLatinHebrew 916 ibm916; ISO-8859-9
iso8859-9 ibm-920 ISO_8859-9 8859_9 ISO_8859-9:1989 ibm920 latin5 l5 iso8859_9 cp920 920 iso-ir-148 ISO8859-9
csISOLatin5; KOI8-R koi8-r koi8_r koi8 cskoi8r; KOI8-U koi8-u koi8_u; Shift_JIS shift_jis x-sjis sjis shift-jis
ms_kanji csShiftJIS; TIS-620 tis_620 tis620 tis620.2533; US-ASCII ascii ANSI_X3.4-1968 cp367 csASCII iso-ir-6 ASCII
iso_646.irv:1983 ANSI_X3.4-1986 ascii7 default ISO_646.irv:1991 ISO646-US IBM367 646 us; UTF-16 utf-16-be UTF_16
unicode utf16 UnicodeBig; UTF-16BE utf-16-be X-UTF-16BE UTF_16BE ISO-10646-UCS-2 UnicodeBigUnmarked; UTF-16LE
utf-16-le UnicodeLittleUnmarked UTF_16LE X-UTF-16LE; UTF-32 utf-32-be UTF_32 UTF32; UTF-32BE utf-32-be X-UTF-32BE
UTF_32BE; UTF-32LE utf-32-le X-UTF-32LE UTF_32LE; UTF-8 utf-8 unicode-1-1-utf-8 UTF8; windows-1250 cp1250 cp1250
cp5346; windows-1251 cp1251 cp5347 ansi-1251 cp1251; windows-1252 cp1252 ibm-1252 cp1252 ibm1252 cp5348; windows-1253
cp1253 cp1253 cp5349; windows-1254 cp1254 cp1254 cp5350; windows-1255 cp1255 cp1255; windows-1256 cp1256 cp1256;
windows-1257 cp1257 cp1257 cp5353; windows-1258 cp1258 cp1258; windows-31j cp932 MS932 windows-932 csWindows31J;
x-IBM1006 cp1006 ibm1006 ibm-1006 1006 cp1006; x-IBM737 cp737 cp737 ibm737 737 ibm-737; x-IBM856 cp856 ibm856 856
cp856 ibm-856; x-IBM874 cp874 ibm-874 ibm874 874 cp874; x-IBM875 cp875 ibm-875 ibm875 875 cp875; x-IBM942C cp932
ibm932 x-ibm932 ibm-932 ibm942C ibm-942C 942C 932 cp942C cp932; x-IBM949 cp949 ibm-949 ibm949 949 cp949; x-IBM950
cp950 cp950 ibm950 950 ibm-950; x-iso-8859-11 iso8859-11 iso-8859-11 iso8859_11; x-Johab johab ms1361 ksc5601_1992
johab ksc5601-1992; x-MacCentralEurope mac-latin2 MacCentralEurope; x-MacCyrillic mac-cyrillic MacCyrillic; x-MacGreek
mac-greek MacGreek; x-MacIceland mac-iceland MacIceland; x-MacRoman mac-roman MacRoman; x-MacTurkish mac-turkish
MacTurkish; x-mswin-936 gbk ms936 ms_936; x-SJIS_0213 shift_jis_2004 shift_jis:2004 sjis_0213 sjis:2004
shift_jis_0213:2004 sjis-0213 sjis_0213:2004; x-windows-874 cp874 ms-874 ms874 windows-874; x-windows-949 cp949
windows949 ms949 windows-949 ms_949; x-windows-950 cp950 ms950 windows-950
"""
"""Of each: Java's name, Python's codec, Java's other names."""

_LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-+.:_]*")
_MARKED = {"UTF-16": b"\xfe\xff"}
_IN_PLACE = {"iso2022_jp": "\uff1f", "iso2022_jp_2": "\uff1f"}
"""What a codec has in the place of a character that it lacks, where that is no question mark."""


@lru_cache(maxsize=1)
def _charsets() -> dict[str, Charset]:
    found = {}
    for entry in _TABLE.split(";"):
        name, codec, *aliases = entry.split()
        found.update(dict.fromkeys([each.lower() for each in (name, *aliases)], Charset(name, codec)))
    return found


def charset_named(name: str) -> Charset | None:
    """Give the charset of a name or an alias, in any case of letters, None for one that Java does not know."""
    return _charsets().get(name.lower())


def charset_called(name: str, trace_bytes: int = 0) -> Charset:
    """Give the charset of a name. Raises WireError for one that Java does not know, as its Charset.forName.

    `trace_bytes` is that of the error for a name that might be one; for another it is longer by as much as Java's is.
    """
    found = charset_named(name)
    if found is None:
        legal = _LEGAL.fullmatch(name) is not None
        error = WireError(UNSUPPORTED_CHARSET if legal else ILLEGAL_CHARSET, name)
        error.trace_bytes = trace_bytes + (0 if legal or not trace_bytes else 196)
        raise error
    return found


def encode(text: str, charset: Charset) -> bytes:
    """Write a text in a charset as Java does: with a mark where that has one, `?` in the place of what it lacks."""
    other = _IN_PLACE.get(charset.codec)
    if other is not None:
        text = "".join([char if _has(char, charset.codec) else other for char in text])
    return (_MARKED.get(charset.name, b"") if text else b"") + text.encode(charset.codec, "replace")


def _has(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
