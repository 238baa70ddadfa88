"""Dates in other languages than English. The expected texts are Java 17's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from pyjm.engine.compile.java_error import JavaError
from pyjm.engine.functions.date_pattern import date_pattern
from pyjm.engine.functions.date_words import locale_of
from pyjm.engine.vu.date_fields import Moment

NEW_YEAR = Moment(datetime(2021, 1, 1, 15, 30, tzinfo=UTC), 0)


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("en", "2021 01 1 6"),
        ("de_DE", "2020 53 0 5"),
        ("de", "2021 01 1 6"),
        ("ar_EG", "2021 01 1 7"),
        ("fr_ZZ", "2021 01 1 5"),
    ],
)
def test_a_week_begins_as_the_region_has_it(locale: str, written: str) -> None:
    assert date_pattern("YYYY ww W e", locale)(NEW_YEAR) == written


@pytest.mark.parametrize(
    ("locale", "zone", "written"),
    [
        ("en", ZoneInfo("America/Sao_Paulo"), "BRT Brasilia Standard Time"),
        ("en", ZoneInfo("Europe/Dublin"), "GMT Greenwich Mean Time"),
        ("de", UTC, "UTC Koordinierte Weltzeit"),
        ("de_AT", ZoneInfo("Europe/Berlin"), "MEZ Central European Standard Time"),
        ("ja", timezone(timedelta(hours=5)), "+05:00 +05:00"),
    ],
)
def test_zones_have_the_names_that_java_gives_them(locale: str, zone: ZoneInfo, written: str) -> None:
    assert date_pattern("z zzzz", locale)(Moment(NEW_YEAR.at.astimezone(zone), 0)) == written


def test_summer_time_has_a_name_of_its_own_also_in_ireland() -> None:
    assert date_pattern("z", "en")(Moment(datetime(2021, 7, 1, tzinfo=ZoneInfo("Europe/Dublin")), 0)) == "IST"


@pytest.mark.parametrize(
    ("text", "locale"), [("iw", "he"), ("pt_BR", "pt_BR"), ("_GB", "_GB"), ("de__POSIX", "de"), ("es_419", "es_419")]
)
def test_a_locale_is_read_as_commons_lang_reads_it(text: str, locale: str) -> None:
    assert locale_of(text, "en") == locale


@pytest.mark.parametrize("text", ["german", "de-DE", "de_de", "DE", "de_DE_"])
def test_what_is_no_locale_is_said(text: str) -> None:
    with pytest.raises(JavaError, match="Invalid locale format"):
        locale_of(text, "en")
