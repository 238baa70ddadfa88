"""All elements whose properties are given odd values."""

from __future__ import annotations

from . import odd_assertions, odd_extractors, odd_flow, odd_others

SUBJECTS = {
    **odd_flow.SUBJECTS,
    **odd_extractors.SUBJECTS,
    **odd_assertions.SUBJECTS,
    **odd_others.SUBJECTS,
}
