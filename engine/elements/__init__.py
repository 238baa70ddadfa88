"""One file per JMeter element, named as in the JMX in snake case."""

ROLES = (
    "assertions", "config", "controllers", "groups", "listeners", "post", "pre", "samplers", "timers",
)  # fmt: skip
"""The folders that hold elements; what else is here is loaded where it is used."""
