"""What a user's cache remembers, for how long, and for which requests."""

from __future__ import annotations

import pytest

from pyjm.engine.http.cache import YEAR_MS, Cache
from pyjm.engine.http.errors import WireError


class Answer:
    """An answer, as far as a cache looks at it."""

    def __init__(self, **fields: str) -> None:
        self.fields = {name.replace("_", "-"): value for name, value in fields.items()}

    def header(self, name: str) -> str | None:
        return self.fields.get(name)


def known(now_ms: float = 1000, **fields: str) -> object:
    cache = Cache(10)
    cache.store("u", Answer(**fields), [], True, now_ms)  # type: ignore[arg-type]
    return cache.find("u", [])


def expires(**fields: str) -> float | None:
    entry = known(**fields)
    return entry.expires_ms  # type: ignore[attr-defined, no-any-return]


def test_max_age_counts_before_expires() -> None:
    assert expires(cache_control="max-age=2, public", expires="Thu, 01 Jan 1998 00:00:00 GMT") == 3000


def test_no_cache_leaves_only_expires() -> None:
    assert expires(cache_control="no-cache, max-age=60") is None
    assert expires(cache_control="no-cache", expires="Thu, 01 Jan 1970 00:00:10 GMT") == 10_000


def test_a_tenth_of_an_answers_age_stands_in_for_an_expiry() -> None:
    dates = {"date": "Thu, 01 Jan 1998 00:00:10 GMT", "last_modified": "Thu, 01 Jan 1998 00:00:00 GMT"}
    assert expires(**dates) == 2000


def test_an_answer_that_says_nothing_of_time_holds_for_a_year() -> None:
    assert expires(etag='"e"') == 1000 + YEAR_MS


@pytest.mark.parametrize("fields", [{}, {"vary": "*", "etag": '"e"'}, {"etag": " "}, {"cache_control": "no-store"}])
def test_what_is_not_kept(fields: dict[str, str]) -> None:
    assert known(**fields) is None


def test_a_field_over_which_jmeter_falls_fails_the_sample() -> None:
    with pytest.raises(WireError, match="NumberFormatException"):
        known(cache_control="max-age=soon")


def test_an_answer_that_varies_is_known_for_its_fields_alone() -> None:
    cache = Cache(10)
    cache.store("u", Answer(etag='"1"', vary="A"), [("A", "x")], True, 0)  # type: ignore[arg-type]
    assert cache.find("u", [("A", "x")]) is not None
    assert cache.find("u", [("A", "y")]) is None


def test_what_was_not_used_for_longest_makes_room() -> None:
    cache = Cache(2)
    for url in ("a", "b"):
        cache.store(url, Answer(etag='"e"'), [], False, 0)  # type: ignore[arg-type]
    cache.find("a", [])
    cache.store("c", Answer(etag='"e"'), [], False, 0)  # type: ignore[arg-type]
    assert [url for url in "abc" if cache.find(url, [])] == ["a", "c"]
