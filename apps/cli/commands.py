"""The commands of ``weft``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from weft.apps.cli import claims, config, exits, extending, plugins, shadows, tokens, waiting
from weft.apps.cli.apply import apply
from weft.apps.cli.audit import audit
from weft.apps.cli.completion import of_kind
from weft.apps.cli.conformance import conformance
from weft.apps.cli.doctor import doctor
from weft.apps.cli.drops import drops
from weft.apps.cli.export import export
from weft.apps.cli.extended import Extended
from weft.apps.cli.history import history
from weft.apps.cli.kinds import COLUMNS, group
from weft.apps.cli.names import resolve
from weft.apps.cli.output import Format, printable, show
from weft.apps.cli.policy import policy
from weft.apps.cli.reach import AsProject, AsRole, Authority, Output, ProfileName, Reach, TokenFile, Url, reaching
from weft.apps.cli.simulate import simulate
from weft.apps.cli.watch import watch
from weft.apps.file_errors import why
from weft.apps.northbound.paths import PATHS
from weft.apps.stage_difference import COST, costs, lines

app = typer.Typer(
    cls=Extended,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=f"Segments, ports and VIFs of an OpenFlow fabric.\n\n{exits.told()}",
)
for kind in PATHS:
    app.add_typer(group(kind), name=kind.replace("_", "-"))
app.add_typer(claims.commands, name="claim")
app.add_typer(tokens.commands, name="token")
app.add_typer(shadows.commands, name="shadow")
app.add_typer(config.commands, name="config")
app.add_typer(extending.commands, name="extension")
app.add_typer(plugins.commands, name="plugin")
app.add_typer(waiting.commands, name="wait")


@app.callback()
def everywhere(
    url: Url = None,
    token_file: TokenFile = None,
    as_project: AsProject = None,
    as_role: AsRole = None,
    ca_certificate: Authority = None,
    profile: ProfileName = None,
) -> None:
    """Options that may also stand before the command."""


PortName = Annotated[str, typer.Argument(help="By id or name.", autocompletion=of_kind("port"))]


def plug(
    reach: Reach,
    port: PortName,
    vif: Annotated[str, typer.Argument(help="By id or name.", autocompletion=of_kind("vif"))],
) -> None:
    """Put a VIF into a port."""
    reach.show(reach.client.plug(resolve(reach.client, "port", port), resolve(reach.client, "vif", vif)))


def unplug(reach: Reach, port: PortName) -> None:
    """Take the VIF out of a port."""
    found = resolve(reach.client, "port", port)
    reach.client.unplug(found)
    reach.tell(f"port {found} is empty")


def flows(
    reach: Reach,
    switch: Annotated[str, typer.Argument(metavar="ID", help="The switch.", autocompletion=of_kind("switch"))],
    ofctl: Annotated[bool, typer.Option("--ofctl", help="In the notation of ovs-ofctl, a line for each.")] = False,
) -> None:
    """What a switch holds or should hold, and why: every flow with its name, its state and its reasons."""
    found = reach.client.flows(switch)
    if ofctl:
        print("".join(f"{flow['ofctl']}\n" for flow in found if flow["ofctl"]), end="")
    else:
        if reach.form is Format.table:  # who wants it; from which facts, programs are told
            found = [
                {**flow, "for": [reason.partition(" because of ")[0] for reason in flow["reasons"]]} for flow in found
            ]
        reach.show(found, ("table", "priority", "match", "actions", "name", "state", "for"))


def status(reach: Reach) -> None:
    """How the controller, its switches and its ports are."""
    client = reach.client
    ports, switches = client.list("port"), client.list("switch")
    summary = {
        "url": client.url,
        **client.health(),
        "segments": len(client.list("segment")),
        "ports": dict(sorted(Counter(port["status"]["state"] for port in ports).items())),
        "vifs": len(client.list("vif")),
        "links": dict(sorted(Counter("up" if link["up"] else "down" for link in client.list("link")).items())),
    }
    unknown = client.unknown_switches()
    if reach.form is not Format.table:
        reach.show({**summary, "switches": switches, "unknown": unknown})
        return
    reach.show(summary)
    for title, rows, columns in (
        ("switches", switches, COLUMNS["switch"]),
        ("unknown: connected, and not in the model", unknown, ("dpid", "address")),
        ("ports that are not ACTIVE", [p for p in ports if p["status"]["state"] != "ACTIVE"], COLUMNS["port"]),
    ):
        if rows:
            print(f"\n{title}")
            reach.show(rows, columns)


def transaction(
    reach: Reach, file: Annotated[str, typer.Argument(help="YAML or JSON: a list of commands; - is standard input.")]
) -> None:
    """Do all commands of a file, or none."""
    import yaml

    from weft.apps import yaml12

    try:
        asked = yaml12.load(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise typer.BadParameter(f"cannot read the commands in {file}: {why(error)}") from None
    commands = asked.get("commands") if isinstance(asked, dict) else asked
    if not isinstance(commands, list):
        raise typer.BadParameter(f"{file} holds no list of commands")
    done = reach.client.transaction(commands)
    if reach.form is not Format.table:
        reach.show(done)
    else:
        rows = [{"do": c["do"], **_outcome(c, result)} for c, result in zip(commands, done["results"], strict=True)]
        reach.show(rows, ("do", "kind", "id"))
        reach.tell(f"revision {done['revision']}")


def _outcome(command: dict[str, Any], result: dict[str, Any] | None) -> dict[str, Any]:
    """Of which thing a line of the answer speaks."""
    if command["do"] in ("plug", "unplug"):
        return {"kind": "port", "id": command["port"]}
    return {"kind": command["kind"], "id": result["id"] if result else command.get("id")}


for function in (
    apply,
    export,
    plug,
    unplug,
    flows,
    drops,
    simulate,
    audit,
    history,
    watch,
    status,
    doctor,
    transaction,
):
    app.command()(reaching(function))
app.command()(policy)
app.command()(conformance)


@app.command("compile")
def compile_(
    model: Annotated[Path, typer.Argument(help="A model in YAML.", exists=True, dir_okay=False)],
    to: Annotated[
        Path | None, typer.Option(help="Write <switch>.named and <switch>.flows to this directory.", file_okay=False)
    ] = None,
    stages: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="Show what would be otherwise with these stages: module:attribute or file.py:attribute.",
            show_default=False,
        ),
    ] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Show what each stage costs.")] = False,
    extensions: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help="With these extensions, as weft-controller --extensions has them.", show_default=False
        ),
    ] = "none",
    output: Output = Format.table,
) -> None:
    """Compile a model without a controller: each switch's tables, in named form and in that of ovs-ofctl."""
    from weft.apps.compile_model import compile_model, tried, write
    from weft.apps.extensions.installed import ExtensionUnusable, composed
    from weft.apps.model_file import ModelError

    try:
        extended = composed(filter(None, map(str.strip, extensions.split(","))))
    except ExtensionUnusable as error:
        raise typer.TyperException(f"--extensions: {error}") from None
    if stages is not None or profile:
        if to is not None:
            raise typer.BadParameter("tells where tables go, and --stages and --profile show none", param_hint=["--to"])
        try:
            _show_trial(tried(model, stages, extended), profile=stages is None, output=output)
        except ModelError as error:
            raise typer.TyperException(f"{model}: {error}") from None
        except ValueError as error:
            raise typer.TyperException(f"--stages: {error}") from None
        return
    try:
        tables = compile_model(model, extended)
    except ModelError as error:
        raise typer.TyperException(f"{model}: {error}") from None
    if to is not None:
        try:
            written = write(tables, to)
        except OSError as error:
            raise typer.TyperException(f"--to: cannot write {error.filename or to}: {why(error)}") from None
        print("".join(f"{path}\n" for path in written), end="")
    elif output is not Format.table:
        show(
            {switch: {form: list(lines) for form, lines in t._asdict().items()} for switch, t in tables.items()}, output
        )
    else:
        for switch, forms in tables.items():
            for form, lines in forms._asdict().items():
                print(f"# {switch}.{form}", *lines, sep="\n", end="\n\n")


def _show_trial(found: dict[str, Any], profile: bool, output: Format) -> None:
    """What would be otherwise, or with ``profile`` only what the stages cost."""
    if output is not Format.table:
        show({stage["stage"]: stage["after"] for stage in found["cost"]} if profile else found, output)
        return
    if not profile:
        print("\n".join(map(printable, lines(found))), end="\n\n")
    show(costs(found), output, COST)
