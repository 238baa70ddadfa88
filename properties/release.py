"""What this release is called. It stands here, not in the installed metadata: reading those costs milliseconds."""

from __future__ import annotations

VERSION = "0.1.0"
PRODUCT = f"pyjm {VERSION}"
