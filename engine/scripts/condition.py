"""A condition in JavaScript, as the If Controller has it: it holds where its value is `true`."""

from __future__ import annotations

import logging

from .errors import ScriptError

log = logging.getLogger("pyjm.elements")

DECIDED = {"true": True, "false": False}
"""What needs no JavaScript."""


class JavaScriptCondition:
    """What evaluates one condition; it sees none of JMeter's objects."""

    def __init__(self, name: str) -> None:
        self.name = name

    def holds(self, condition: str) -> bool:
        """Evaluate it, its variables filled in; what gives neither `true` nor `false` does not hold."""
        if condition in DECIDED:
            return DECIDED[condition]
        from .javascript import engine  # a plan without JavaScript does not load it

        try:
            said = engine().evaluate(condition)
        except ScriptError as error:
            log.error("%s: error while processing [%s]: %s", self.name, condition, error)
            return False
        if said not in DECIDED:
            log.error("%s: error while processing [%s]: expected true or false, not %s", self.name, condition, said)
            return False
        return DECIDED[said]
