"""Functions that choose at random: what they choose from, each alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unicodedata import category

import pytest
from distribution import alike, spread

Drawn = Callable[..., list[str]]


@pytest.fixture
def drawn(desk: Any) -> Drawn:
    """Give what a text is, time after time."""

    def draw(raw: str, number: int = 5000) -> list[str]:
        value = desk.build.value(raw, "Test Plan > here")
        return [value.get(desk.user) for _ in range(number)]

    return draw


def test_random_gives_each_number_alike(drawn: Drawn) -> None:
    assert alike(drawn("${__Random(-2,7)}"), [str(number) for number in range(-2, 8)])


@pytest.mark.parametrize("most", [10**9, 2**63 - 2])
def test_random_spreads_over_great_ranges(drawn: Drawn, most: int) -> None:
    assert spread([int(number) / most for number in drawn(f"${{__Random(0,{most})}}")], lambda share: share)


def test_a_random_string_has_each_character_alike_at_each_place(drawn: Drawn) -> None:
    texts = drawn("${__RandomString(3,abcd)}")
    assert {len(text) for text in texts} == {3}
    for place in range(3):
        assert alike((text[place] for text in texts), "abcd")
    assert alike((text[:2] for text in texts), [a + b for a in "abcd" for b in "abcd"])


def test_a_character_that_is_given_twice_comes_twice_as_often(drawn: Drawn) -> None:
    texts = drawn("${__RandomString(1,aab)}")
    assert alike((text if text == "b" else f"a{at % 2}" for at, text in enumerate(sorted(texts))), ("a0", "a1", "b"))


def test_without_characters_any_that_are_assigned_come(drawn: Drawn) -> None:
    texts = drawn("${__RandomString(7)}", 600)
    assert {len(text.encode("utf-16-le")) for text in texts} == {14}
    chars = "".join(texts)
    assert not {category(char) for char in chars} & {"Cn", "Co", "Cs"}
    assert min(chars) < "\u3000"
    assert max(chars) > "\U00020000"


def test_a_random_date_is_any_day_before_the_end(drawn: Drawn) -> None:
    days = drawn("${__RandomDate(,2020-02-27,2020-03-02,,)}")
    assert alike(days, ["2020-02-27", "2020-02-28", "2020-02-29", "2020-03-01"])


def test_values_of_several_variables_come_alike(drawn: Drawn, desk: Any) -> None:
    desk.user.vars.update({"m_matchNr": "2", "m_1": "M1", "m_2": "M2"})
    assert alike(drawn("${__RandomFromMultipleVars(a|m|name)}"), ["A", "M1", "M2", "Bob"])


def test_a_choice_is_any_argument_but_the_last(drawn: Drawn) -> None:
    assert alike(drawn("${__chooseRandom(x,y,z,kept)}"), "xyz")


def test_each_bit_of_a_uuid_comes_alike_but_those_of_its_version(drawn: Drawn) -> None:
    numbers = [int(text.replace("-", ""), 16) for text in drawn("${__UUID}", 2000)]
    for bit in range(128):
        ones = [number >> bit & 1 for number in numbers]
        if 76 <= bit < 80:
            assert set(ones) == {4 >> (bit - 76) & 1}
        elif 62 <= bit < 64:
            assert set(ones) == {2 >> (bit - 62) & 1}
        else:
            assert alike(ones, (0, 1)), bit
