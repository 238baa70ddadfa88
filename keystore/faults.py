"""What can be wrong with a keystore."""

from __future__ import annotations


class KeystoreError(Exception):
    """Say in one line which keystore is meant, what is wrong with it, and which command mends it."""


class Damaged(Exception):
    """Say what is wrong inside a keystore, without its name."""


class WrongPassword(Exception):
    """Say which password does not fit, without the keystore's name."""
