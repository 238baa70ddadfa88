"""Reads what a process shows to Prometheus, as Prometheus does."""

from __future__ import annotations

import re
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

Figures = dict[str, dict[tuple[str, ...], float]]


def scraped(url: str) -> Figures:
    """Give each name's values by those of their labels in the order of their names."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        text = answer.read().decode()
    figures: Figures = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            figures.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return figures


def place_said(caplog: pytest.LogCaptureFixture) -> str:
    """Find in the log where the figures are."""
    (found,) = re.findall(r"Figures for Prometheus are at (http://127\.0\.0\.1:\d+/metrics)", caplog.text)
    return str(found)
