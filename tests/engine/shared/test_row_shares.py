"""Who gets which row: each policy divides a file exactly."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyjm.engine.shared.division import Deal
from pyjm.engine.shared.row_shares import BLOCK, COPY, SPLIT, UNIQUE, block_size, policy_of, share_of

rows_of_a_file = st.integers(0, 5000)
fleets = st.integers(1, 60)


@given(rows_of_a_file, fleets, st.sampled_from([SPLIT, BLOCK]))
def test_each_row_is_in_exactly_one_share_and_shares_are_as_equal_as_can_be(
    rows: int, servers: int, policy: str
) -> None:
    shares = [share_of(policy, rows, place, servers) for place in range(servers)]
    assert sorted(chain.from_iterable(shares)) == list(range(rows))
    sizes = [len(share) for share in shares]
    assert max(sizes) - min(sizes) <= 1


@given(rows_of_a_file, fleets)
def test_row_i_of_a_split_file_goes_to_server_i_mod_n(rows: int, servers: int) -> None:
    for place in range(servers):
        assert all(row % servers == place for row in share_of(SPLIT, rows, place, servers))


@given(rows_of_a_file, fleets)
def test_blocks_are_in_one_piece_and_in_the_order_of_the_servers(rows: int, servers: int) -> None:
    shares = [share_of(BLOCK, rows, place, servers) for place in range(servers)]
    assert list(chain.from_iterable(shares)) == list(range(rows))


@given(rows_of_a_file, fleets)
def test_all_servers_read_all_rows_of_the_others(rows: int, servers: int) -> None:
    assert share_of(COPY, rows, servers - 1, servers) == range(rows) == share_of(UNIQUE, rows, 0, servers)


@given(st.integers(1, 5000), st.lists(st.integers(1, 700), min_size=1), st.integers(1, 30))
def test_blocks_on_demand_come_to_an_end_and_take_all_rows(left: int, wants: list[int], askers: int) -> None:
    total, asked = left, 0
    while left:
        want = wants[asked % len(wants)]
        size = block_size(want, left, askers)
        assert 1 <= size <= min(left, want)
        left -= size
        asked += 1
    assert asked <= total
    assert block_size(wants[0], 0, askers) == 0


def test_blocks_become_smaller_near_the_end() -> None:
    sizes, left = [], 10_000
    while left:
        sizes.append(block_size(1000, left, 4))
        left -= sizes[-1]
    assert sizes[0] == 1000
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 1000 // 10


@pytest.mark.parametrize(
    ("rules", "names", "policy"),
    [
        ({}, ("a.csv",), COPY),
        ({"": SPLIT}, ("a.csv",), SPLIT),
        ({"": SPLIT, "a.csv": COPY}, ("data/a.csv",), COPY),
        ({"": SPLIT, "a.csv": COPY}, ("data\\a.csv",), COPY),
        ({"a.csv": COPY, "data/a.csv": UNIQUE}, ("data/a.csv",), UNIQUE),
        ({"": SPLIT, "${name}.csv": BLOCK}, ("x.csv", "${name}.csv"), BLOCK),
        ({"csv": UNIQUE}, ("a.csv",), COPY),
        ({"": SPLIT}, ("",), SPLIT),
    ],
)
def test_the_most_exact_rule_counts(rules: dict[str, str], names: tuple[str, ...], policy: str) -> None:
    assert policy_of(rules, *names) == policy


weighted_fleets = st.lists(st.integers(1, 9), min_size=2, max_size=12)


@given(rows_of_a_file, weighted_fleets, st.sampled_from([SPLIT, BLOCK]))
def test_with_weights_each_row_is_in_exactly_one_share_and_each_share_is_as_large_as_its_weight(
    rows: int, weights: list[int], policy: str
) -> None:
    servers = len(weights)
    shares = [share_of(policy, rows, place, servers, weights) for place in range(servers)]
    assert sorted(chain.from_iterable(shares)) == list(range(rows))
    for share, weight in zip(shares, weights):
        assert abs(len(share) - rows * weight / sum(weights)) <= 1
        assert [share[at] for at in range(len(share))] == list(share)
        assert list(share) == sorted(share)


@given(st.integers(0, 500), weighted_fleets)
def test_row_i_of_a_split_file_goes_to_the_server_that_has_user_i(rows: int, weights: list[int]) -> None:
    deals = [Deal(place, weights) for place in range(len(weights))]
    for place, deal in enumerate(deals):
        own = [row for row in range(rows) if deal.has(row)]
        assert list(share_of(SPLIT, rows, place, len(weights), weights)) == own


@given(rows_of_a_file, fleets, st.integers(1, 9), st.sampled_from([SPLIT, BLOCK, COPY]))
def test_equal_weights_or_those_of_another_fleet_change_nothing(
    rows: int, servers: int, weight: int, policy: str
) -> None:
    plain = share_of(policy, rows, 0, servers)
    assert share_of(policy, rows, 0, servers, [weight] * servers) == plain
    assert share_of(policy, rows, 0, servers, [*range(1, servers + 2)]) == plain


@given(st.integers(1, 400), st.integers(1, 40), st.integers(1, 100_000))
def test_of_a_small_file_nobody_gets_so_much_that_others_get_nothing(rows: int, askers: int, want: int) -> None:
    left, got = rows, 0
    for _ in range(min(rows, askers)):
        size = block_size(want, left, askers, rows)
        assert size >= 1
        left, got = left - size, got + 1
    assert got == min(rows, askers)
