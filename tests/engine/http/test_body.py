"""Bodies of bytes and files: what is read of them, and when their files are open."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.large_bodies import MB, is_open, whole

from pyjm.engine.http.body import PIECE, Pieces, Source, Stretch, body_of
from pyjm.engine.http.errors import WireError


def test_a_body_without_files_is_bytes() -> None:
    assert body_of([b"a", b"b"]) == b"ab"
    assert body_of([]) == b""


def test_a_source_gives_as_much_as_is_asked_for_and_closes_at_its_end(two: Pieces) -> None:
    source = Source(two)
    first = Stretch(two.parts[1].path, 1) if isinstance(two.parts[1], Stretch) else None
    assert first is not None
    given = [source.take(1000), source.take(PIECE)]
    assert [len(each) for each in given] == [1000, PIECE]
    while source.left:
        given.append(source.take(PIECE))
    assert b"".join(given) == whole(two) == b"".join(two)
    assert not any(isinstance(part, Stretch) and is_open(part.path) for part in two.parts)


@pytest.mark.skipif(sys.platform != "linux", reason="a folder opens elsewhere")
def test_what_can_not_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WireError, match=r"Is a directory"):
        Source(Pieces([Stretch(tmp_path, 2 * MB)])).take(10)
