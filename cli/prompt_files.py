"""`masksearch prompts`: the prompt files that roles read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import JsonOption, PromptsOption
from cli.work import Report, open_library, tell
from prompts import PACKAGED

app = typer.Typer(no_args_is_help=True, help="The prompt files that roles read.")


@app.command("init")
def init(
    folder: Annotated[Path, typer.Argument(help="Where to.", metavar="[DIR]")] = Path("prompts"),
    as_json: JsonOption = False,
) -> None:
    """Copy the packaged prompts into a folder, to be changed there; overwrites nothing."""
    from masksearch.store import make_folder, write_atomically

    written: list[str] = []
    kept: list[str] = []
    for source in sorted(PACKAGED.glob("*/v*.md")):
        target = folder / source.relative_to(PACKAGED)
        (kept if target.exists() else written).append(str(target))
        if not target.exists():
            make_folder(target.parent)
            write_atomically(target, source.read_text(encoding="utf-8"))
    lines = [*(f"wrote {path}" for path in written), *(f"kept {path}" for path in kept)]
    tell(Report({"written": written, "kept": kept}, lines), as_json=as_json)


@app.command("list")
def list_prompts(prompts: PromptsOption = None, as_json: JsonOption = False) -> None:
    """List the roles, with the version in use and where its file is."""
    from masksearch.role_prompt import role_prompt

    library = open_library(prompts)
    rows = []
    for role in library.roles():
        used = role_prompt(library, role)
        use, file = used.label, str(used.file.path)
        rows.append({"role": role, "use": use, "versions": library.versions(role), "file": file})
    lines = [f"{row['role']:<12} {row['use']:<18} {row['file']}" for row in rows]
    tell(Report({"prompts": rows}, lines), as_json=as_json)


@app.command("show")
def show(
    role: Annotated[str, typer.Argument(help="The role.")],
    version: Annotated[str, typer.Option("--version", help="Another than the one in use.")] = "",
    prompts: PromptsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a role's prompt."""
    from masksearch.role_prompt import role_prompt

    shown = role_prompt(open_library(prompts), role, version=version)
    file = shown.file
    figures = {
        "role": role,
        "version": shown.label,
        "variables": sorted(file.variables),
        "text": file.text,
        "pieces": dict(file.pieces),
    }
    pieces = [f"--- {name}\n{text}" for name, text in file.pieces.items()]
    tell(Report(figures, ["\n\n".join(filter(None, [file.text, *pieces]))]), as_json=as_json)


@app.command("check")
def check(prompts: PromptsOption = None, as_json: JsonOption = False) -> None:
    """Read every version of every prompt; the first fault is the error.

    The last line but one is a digest of the words and the layout in which all roles are shown
    tasks and results.
    """
    from masksearch.role_prompt import prompt_labels, protocol_digest, role_prompt

    library = open_library(prompts)
    checked = []
    for role in library.roles():
        for version in library.versions(role):
            for lang in ("", *library.languages(role, version)):
                library.load(role, version, lang)
                checked.append(f"{role} {role_prompt(library, role, lang, version).label}")
    checked.append(f"protocol {protocol_digest()}")
    prompt_labels(library)
    tell(Report({"checked": checked}, [*checked, "all prompts are well formed"]), as_json=as_json)
