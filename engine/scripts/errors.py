"""What goes wrong in a script."""

from __future__ import annotations


class ScriptError(ValueError):
    """The script fails, in JMeter too."""


class ScriptUnsupportedError(ScriptError):
    """JMeter can do it, this project can't."""
