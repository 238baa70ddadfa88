"""Where two texts differ, as the Response Assertion shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """How differences are shown: JMeter's properties assertion.equals_…"""

    section: int
    cut: str
    start: str
    end: str

    @classmethod
    def of(cls, properties: Mapping[str, str]) -> Comparison:
        """Read the properties."""
        section = properties.get("assertion.equals_section_diff_len", "100")
        return cls(
            int(section) if section.isdigit() else 100,
            "...",
            properties.get("assertion.equals_diff_delta_start", "[[["),
            properties.get("assertion.equals_diff_delta_end", "]]]"),
        )

    def text(self, received: str, expected: str) -> str:
        """Show both texts, one below the other, with what differs marked."""
        first = 0
        while first < min(len(received), len(expected)) and received[first] == expected[first]:
            first += 1
        last, other = len(received) - 1, len(expected) - 1
        while last > first and other > first and received[last] == expected[other]:
            last -= 1
            other -= 1
        begin = self.tail(received[:first])
        end = self.head(received[last + 1 :])
        in_received = self.head(received[first : last + 1] if end else received[first:])
        in_expected = self.head(expected[first : other + 1] if end else expected[first:])
        width = max(len(in_received), len(in_expected))
        return (
            f"\n\n****** received  : {begin}{self.start}{in_received.ljust(width)}{self.end}{end}"
            f"\n\n****** comparison: {begin}{self.start}{in_expected.ljust(width)}{self.end}{end}\n\n"
        )

    def head(self, text: str) -> str:
        """Cut a long text at its end."""
        return text if len(text) <= self.section else text[: self.section] + self.cut

    def tail(self, text: str) -> str:
        """Cut a long text at its beginning."""
        return text if len(text) <= self.section else self.cut + text[-self.section :]
