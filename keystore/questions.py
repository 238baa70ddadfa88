"""Ask keytool's six questions."""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509

from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.name import UNKNOWN, BadName, is_country, make_name

Ask = Callable[[str, str], str]
"""Show a question and what stands where nothing is answered; return the answer."""

_QUESTIONS = (
    ("CN", "What is your first and last name?"),
    ("OU", "What is the name of your organizational unit?"),
    ("O", "What is the name of your organization?"),
    ("L", "What is the name of your City or Locality?"),
    ("ST", "What is the name of your State or Province?"),
    ("C", "What is the two-letter country code for this unit?"),
)
_ROUNDS = 10


def ask_name(ask: Ask) -> x509.Name:
    """Ask until the name is confirmed; what was answered before stands where nothing new is."""
    answers = dict.fromkeys((kind for kind, _ in _QUESTIONS), UNKNOWN)
    for _ in range(_ROUNDS):
        for kind, question in _QUESTIONS:
            answers[kind] = _answer(ask, kind, question, answers[kind])
        written = ", ".join(f"{kind}={_quoted(value)}" for kind, value in answers.items())
        if ask(f"Is {written} correct?", "no").lower() in ("yes", "y"):
            try:
                return make_name(list(answers.items()))
            except BadName as error:
                raise KeystoreError(f"{error}; start again") from None
    raise KeystoreError(f"not confirmed after {_ROUNDS} rounds; the name can be given as --dname instead")


def _answer(ask: Ask, kind: str, question: str, standing: str) -> str:
    for _ in range(_ROUNDS):
        answer = ask(question, standing).strip() or standing
        if kind != "C" or answer == UNKNOWN or is_country(answer):
            return answer
        question = f"{answer} has not two letters, as DE and US have. What is the country code?"
    raise KeystoreError(f"no country after {_ROUNDS} tries; the name can be given as --dname instead")


def _quoted(value: str) -> str:
    return f'"{value}"' if "," in value else value
