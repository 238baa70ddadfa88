"""Take keytool's way of writing options, which scripts hand to JMeter's create-rmi-keystore.sh."""

from __future__ import annotations

from collections.abc import Sequence

_SAME = {"-dname", "-validity", "-alias", "-storepass", "-keysize", "-keystore"}
_WITHOUT_EFFECT = {
    "-keypass": "the key has the keystore's password",
    "-keyalg": "the key is always RSA",
    "-sigalg": "the signature is always SHA256withRSA",
    "-storetype": "the file is always PKCS#12",
    "-groupname": "the key is always RSA",
    "-startdate": "the certificate is valid from now on",
    "-ext": "only its names of hosts are taken, as --host takes them",
}
_SILENT = {"-genkey", "-genkeypair", "-v"}


def translate(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the arguments with our options in place of keytool's, and a line for each that has no effect here."""
    options: list[str] = []
    remarks: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        lowered = argument.lower()
        if lowered in _SAME:
            options.append("-" + lowered)
            # The value may begin with a hyphen; nothing that stands here is an option.
            options.extend(value for value in [next(rest, None)] if value is not None)
        elif lowered == "-noprompt":
            options.append("--yes")
        elif lowered in _WITHOUT_EFFECT:
            value = next(rest, "")
            hosts = _hosts(value) if lowered == "-ext" else []
            options.extend(part for host in hosts for part in ("--host", host))
            if not hosts:
                remarks.append(f"{argument} is passed over: {_WITHOUT_EFFECT[lowered]}")
        elif lowered not in _SILENT:
            options.append(argument)
    return options, remarks


def _hosts(extension: str) -> list[str]:
    """Return the names in keytool's san=dns:NAME,ip:ADDRESS."""
    kind, _, names = extension.partition("=")
    if kind.lower() not in ("san", "subjectalternativename"):
        return []
    pairs = (name.partition(":") for name in names.split(","))
    return [value for kind, _, value in pairs if kind.lower() in ("dns", "ip") and value]
