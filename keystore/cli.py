"""create-rmi-keystore, also create-keystore: make the keystore that controllers and servers share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from cryptography import x509

from pyjm.keystore.authority import CA_FILE, CRL_FILE, Authority, NodeRequest
from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.generate import KeyRequest, make_keystore, refuse_to_overwrite, write_keystore
from pyjm.keystore.keytool import translate
from pyjm.keystore.name import BadName, make_name, parse_name
from pyjm.keystore.questions import ask_name

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

# What typer raises for options that do not fit stands, as a name, only in the library below it.
_UsageError: type[Exception] = typer.BadParameter.__mro__[2]

Dname = Annotated[str | None, typer.Option("--dname", help="Distinguished name, as CN=load, O=Example, C=DE.")]
Validity = Annotated[
    int | None, typer.Option("--validity", help="Days for which the certificate is valid: 7, with --ca 365.")
]
Alias = Annotated[str, typer.Option("--alias", help="Name of the key in the keystore.")]
Storepass = Annotated[str, typer.Option("--storepass", help="Password of the keystore and of the key.")]
Keysize = Annotated[int, typer.Option("--keysize", help="Bits of the RSA key.")]
Host = Annotated[list[str] | None, typer.Option("--host", help="Host name or address for the certificate; repeatable.")]
Target = Annotated[Path, typer.Option("--keystore", help="File to write.")]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Ask nothing; the name, if not given, is the first host.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it is there already.")]
Ca = Annotated[bool, typer.Option("--ca", help="Make an authority, and a certificate of its own for each --node.")]
Folder = Annotated[Path, typer.Option("--folder", help="With --ca: the folder of the authority.")]
Node = Annotated[
    list[str] | None,
    typer.Option(
        "--node", help="With --ca: NAME[,NAME OR ADDRESS…] of a node, all by which it is dialled; repeatable."
    ),
]
Revoke = Annotated[
    list[str] | None, typer.Option("--revoke", help="With --ca: take a node's certificate back; repeatable.")
]


@app.command(context_settings={"help_option_names": ["-h", "-?", "--help", "-help"]})
def create(
    dname: Dname = None,
    validity: Validity = None,
    alias: Alias = "rmi",
    storepass: Storepass = "changeit",
    keysize: Keysize = 2048,
    host: Host = None,
    keystore: Target = Path("rmi_keystore.jks"),
    yes: Yes = False,
    force: Force = False,
    ca: Ca = False,
    folder: Folder = Path("rmi_ca"),
    node: Node = None,
    revoke: Revoke = None,
) -> None:
    """Make a key pair with a self-signed certificate, for all controllers and servers of a distributed test.

    keytool's own forms are taken too, such as -dname and -validity. With --ca: one authority, and a key for each node.
    """
    if ca:
        print(_run_authority(folder, storepass, node or [], revoke or [], 365 if validity is None else validity, force))  # noqa: T201
        return
    if node or revoke:
        raise KeystoreError("--node and --revoke belong to an authority: add --ca")
    hosts = tuple(host or ())
    refuse_to_overwrite(keystore, force)
    days = 7 if validity is None else validity
    request = KeyRequest(_name(dname, yes, hosts), alias, storepass, days, keysize, hosts)
    write_keystore(keystore, make_keystore(request), force)
    print(_what_to_do(keystore, request))  # noqa: T201


def main() -> NoReturn:
    """Run the command and end the process: 0 if the keystore is there, 1 with one line if not."""
    arguments, remarks = translate(sys.argv[1:])
    for remark in remarks:
        print(remark, file=sys.stderr)  # noqa: T201
    try:
        code = app(args=arguments, standalone_mode=False)
    except (KeystoreError, BadName) as error:
        _refuse(str(error))
    except (EOFError, typer.Abort):
        _refuse("the questions were not answered; give the name as --dname, or -y to be asked nothing")
    except KeyboardInterrupt:
        _refuse("stopped; nothing was written")
    except _UsageError as error:
        _refuse(f"{' '.join(_message(error).split())} (--help shows all options)")
    sys.exit(code or 0)


def _run_authority(folder: Path, password: str, nodes: list[str], revoked: list[str], days: int, force: bool) -> str:
    """Make, replace and revoke what is asked for; gives what is to be done with it."""
    requests = [NodeRequest.parse(text) for text in nodes]
    if not requests and not revoked:
        raise KeystoreError("--ca: say for whom, as --node s1,10.0.0.11 (repeatable), or whom to --revoke")
    if not 1 <= days <= 3650:
        raise KeystoreError(f"a validity of {days} days: it must be between 1 and 3650")
    if revoked and not (folder / CA_FILE).exists():
        raise KeystoreError(f"{folder / CA_FILE} does not exist: name the folder of the authority with --folder")
    authority = Authority(folder, password)
    lines = []
    if authority.is_new:
        lines.append(f"Made the authority {folder / CA_FILE}: who has it can make nodes of yours. Copy it to no node.")
    for request in requests:
        path = authority.issue(request, days, force=force)
        lines.append(f"Copy what is in {path.parent} to the folder in which {request.name} starts pyjm or pyjm-server")
    for name in revoked:
        authority.revoke(name)
        lines.append(f"{name} is revoked as soon as the other nodes have {folder / CRL_FILE} beside their keystore")
    if password != KeyRequest.password:
        lines.append("Set the property server.rmi.ssl.keystore.password to the password that you gave")
    return "\n".join(lines)


def _name(dname: str | None, yes: bool, hosts: tuple[str, ...]) -> x509.Name:
    if dname is not None:
        return parse_name(dname)
    if yes:
        return make_name([("CN", hosts[0] if hosts else "pyjm")])
    return ask_name(_ask)


def _ask(question: str, standing: str) -> str:
    """Ask as keytool does, on the error output, so that the output proper stays clean."""
    print(f"{question}\n  [{standing}]:  ", end="", file=sys.stderr, flush=True)  # noqa: T201
    return input()


def _what_to_do(keystore: Path, request: KeyRequest) -> str:
    days = "1 day" if request.validity_days == 1 else f"{request.validity_days} days"
    lines = [
        f"Copy the generated {keystore} to the folder in which pyjm and pyjm-server are started, on every machine, "
        "or reference it in property 'server.rmi.ssl.keystore.file'",
        f"It is valid for {days}. Who has the file can run plans on your servers: keep it to yourself.",
    ]
    if request.alias != "rmi":
        lines.append(f"Set the property server.rmi.ssl.keystore.alias={request.alias}")
    if request.password != KeyRequest.password:
        lines.append("Set the property server.rmi.ssl.keystore.password to the password that you gave")
    return "\n".join(lines)


def _message(error: Exception) -> str:
    describe = getattr(error, "format_message", None)
    return str(describe() if describe is not None else error)


def _refuse(line: str) -> NoReturn:
    print(f"{Path(sys.argv[0]).name}: {line}", file=sys.stderr)  # noqa: T201
    sys.exit(1)


if __name__ == "__main__":
    main()
