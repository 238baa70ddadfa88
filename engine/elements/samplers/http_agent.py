"""What an HTTP Request calls itself, where the plan has no User-Agent."""

from __future__ import annotations

from pyjm.properties.release import VERSION

AGENT = "pyjm.http.user_agent"


def agent_of(properties: dict[str, str], *, always: bool = False) -> str | None:
    """Give the User-Agent: the property's, else our own; None where httpclient4.… disables it, unless `always`."""
    if not always and properties.get("httpclient4.default_user_agent_disabled", "").strip().lower() == "true":
        return None
    told = properties.get(AGENT, "").strip()
    return told or f"pyjm/{VERSION}"
