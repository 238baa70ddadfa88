"""Run a plan on this machine."""

from .core import choose

COMPILED_CORE = choose()
"""Whether the modules on the way of a sample run as machine code: yes, or no and why."""
