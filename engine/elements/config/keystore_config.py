"""Keystore Configuration: which keys users show, by turns or by a variable. Mirrors KeystoreConfig."""

from __future__ import annotations

import logging

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import whole_number
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.run")
CONFIGS = "keystore configurations"


@element("KeystoreConfig")
class KeystoreConfig(Config):
    """Holds for the whole plan, wherever it stands: the first that preloads, else the last one."""

    start = text("startIndex")
    end = text("endIndex")
    preload = text("preload")
    variable = text("clientCertAliasVarName")

    def prepare(self, node: Node, build: Build) -> None:
        build.kept.setdefault(CONFIGS, []).append(self)
        properties = build.properties
        self.default_start = whole_number(properties.get("https.keyStoreStartIndex", ""), 32) or 0
        end = whole_number(properties.get("https.keyStoreEndIndex", ""), 32)
        self.default_end = -1 if end is None else end
        if self.constant:
            start, end = self.range(None)
            if start < 0 or (end != -1 and start > end):
                build.fault(node.path, f"startIndex {start} and endIndex {end} name no keys", "start before the end")

    @property
    def constant(self) -> bool:
        """Whether all users have the same range and variable, known before the run."""
        return None not in (self.start.constant, self.end.constant, self.variable.constant)

    def range(self, user: User | None) -> tuple[int, int]:
        """Give the first and the last index, -1 for no last one; without a user where it is constant."""
        start = self._index(self.start.constant if user is None else self.start.get(user), self.default_start)
        return start, self._index(self.end.constant if user is None else self.end.get(user), self.default_end)

    def _index(self, written: str | None, default: int) -> int:
        number = whole_number(written or "", 32)
        if number is None and written:
            log.warning("%s: %r is no index: it is %d", self.path, written, default)
        return default if number is None else number


def configured(build: Build) -> KeystoreConfig | None:
    """Give the configuration that counts."""
    configs: list[KeystoreConfig] = sorted(build.kept.get(CONFIGS, ()), key=lambda config: config.node.number)
    preloading = [config for config in configs if (config.preload.constant or "").lower() == "true"]
    return preloading[0] if preloading else configs[-1] if configs else None
