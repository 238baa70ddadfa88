"""The forms that a result file can have, CSV, XML and that of the Flexible File Writer: rows, beginning and end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from .flexible_rows import BODIES, flexible_row
from .rows import csv_row, header
from .xml_rows import END, xml_head, xml_row

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

    from .save import SaveConfig

Row: TypeAlias = "Callable[[SampleResult, User], str]"


def row_of(save: SaveConfig) -> Row:
    """Compile the row of a result file; it does not end in a newline."""
    if save.format == "flexible":
        return flexible_row(save)
    return xml_row(save) if save.format == "xml" else csv_row(save)


def head_of(save: SaveConfig, *, appends: bool) -> str:
    """Write what a result file begins with; only that of the Flexible File Writer comes again where it goes on."""
    if save.format == "flexible":
        return save.head
    if appends:
        return ""
    if save.format == "xml":
        return xml_head(save)
    return header(save) + "\n" if save.field_names else ""


def foot_of(save: SaveConfig) -> str:
    """Write what a result file ends with."""
    if save.format == "flexible":
        return save.foot
    return f"\n{END}\n" if save.format == "xml" else ""


def reads_body(save: SaveConfig) -> bool:
    """Tell whether rows need the body of a sample: to write it, or because a page names its encoding itself."""
    if save.format == "flexible":
        return any(column in BODIES for column in save.columns)
    data = ("response_data", "response_data.on_error") if save.format == "xml" and save.stripped != "all" else ()
    return any(flag in save.flags for flag in ("encoding", *data))
