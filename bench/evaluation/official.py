"""Questions in the layouts in which their benchmarks publish them, every odd field filled in."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Rows = Sequence[Mapping[str, Any]]
Raw = dict[str, Any]

_FILLER = "Something else stands here, too."
_FRESH_COLUMNS = (
    *("id", "split", "question", "effective_year", "next_review", "false_premise", "num_hops"),
    *("fact_type", "source", *(f"answer_{number}" for number in range(10)), "note"),
)


def write_hotpotqa(folder: Path, rows: Rows) -> list[Path]:
    """A list of objects for each split, with contexts and supporting facts."""
    return [
        _write_list(folder / f"hotpot_{split}_distractor_v1.1.json", map(_hotpot, some))
        for split, some in _by_split(rows).items()
    ]


def _hotpot(row: Mapping[str, Any]) -> Raw:
    titles = row["supporting_titles"]
    return {
        "_id": row["id"],
        "answer": row["answers"][0],
        "question": row["question"],
        "supporting_facts": [[title, at] for title in (*titles, titles[0]) for at in (0, 2)],
        "context": [[title, [_FILLER, " And here."]] for title in ("Other", *titles)],
        "type": row["type"],
        "level": row.get("level", "hard"),
    }


def write_2wiki(folder: Path, rows: Rows) -> list[Path]:
    """The same with evidence, and the file of aliases beside it."""
    ids = {row["id"]: f"Q{number}" for number, row in enumerate(rows, 1)}
    files = [
        _write_list(folder / f"{split}.json", (_two_wiki(row, ids[row["id"]]) for row in some))
        for split, some in _by_split(rows).items()
    ]
    aliases = [
        {"Q_id": ids[row["id"]], "aliases": known[:1], "demonyms": known[1:]}
        for row in rows
        if (known := row.get("answer_aliases"))
    ]
    return [*files, _write_lines(folder / "id_aliases.json", aliases)]


def _two_wiki(row: Mapping[str, Any], answer_id: str) -> Raw:
    triples = row["evidences"]
    return {
        **{key: value for key, value in _hotpot(row).items() if key != "level"},
        "evidences": triples,
        "evidences_id": [["Q1", relation, "Q2"] for _, relation, _ in triples],
        "answer_id": answer_id,
        "entity_ids": "Q1_Q2",
    }


def write_musique(folder: Path, rows: Rows) -> list[Path]:
    """Lines with paragraphs and decompositions, each also as an unanswerable question."""
    return [
        _write_lines(folder / f"musique_full_v1.0_{split}.jsonl", _musique(some))
        for split, some in _by_split(rows).items()
    ]


def _musique(rows: Rows) -> list[Raw]:
    return [one for row in rows for one in (_musique_one(row, True), _musique_one(row, False))]


def _musique_one(row: Mapping[str, Any], answerable: bool) -> Raw:
    titles = row["supporting_titles"]
    paragraphs = [
        {"idx": at, "title": title, "paragraph_text": _FILLER, "is_supporting": title != "Other"}
        for at, title in enumerate(("Other", *titles))
    ]
    hops = [
        {"id": 9, "question": "#1 >> next", "answer": "?", "paragraph_support_idx": at}
        for at in range(1, len(titles) + 1)
    ]
    return {
        "id": row["id"],
        "paragraphs": paragraphs,
        "question": row["question"],
        "question_decomposition": hops,
        "answer": row["answers"][0],
        "answer_aliases": row["answers"][1:],
        "answerable": answerable,
    }


def write_bamboogle(folder: Path, rows: Rows) -> list[Path]:
    """Its sheet of two columns."""
    lines = [("Question", "Answer"), *((row["question"], row["answers"][0]) for row in rows)]
    return [_write_table(folder / "Bamboogle Prerelease - Sheet1.csv", lines)]


def write_fanoutqa(folder: Path, rows: Rows) -> list[Path]:
    """A list of objects whose evidence is spread over the parts of the questions."""
    return [_write_list(folder / "fanout-final-dev.json", map(_fanout, rows))]


def _fanout(row: Mapping[str, Any]) -> Raw:
    parts = [
        {
            **{"id": str(at), "question": "Which?", "answer": "?", "depends_on": []},
            "decomposition": [],
            "evidence": {"pageid": at, "revid": at, "title": title, "url": f"https://x/{at}"},
        }
        for at, title in enumerate(row["supporting_titles"])
    ]
    whole = {"id": "w", "question": "All?", "answer": [], "depends_on": [], "evidence": None}
    return {
        "id": row["id"],
        "question": row["question"],
        "decomposition": [*parts[:1], {**whole, "decomposition": parts[1:]}],
        "answer": row["answer_raw"],
        "categories": row["type"].split("+"),
    }


def write_freshqa(folder: Path, rows: Rows) -> list[Path]:
    """Its sheet as it is downloaded, with the warning above the header."""
    warning = ("WARNING: please, do not edit this sheet.", *[""] * (len(_FRESH_COLUMNS) - 1))
    lines = [warning, [""] * len(_FRESH_COLUMNS), _FRESH_COLUMNS, *map(_fresh, rows)]
    return [_write_table(folder / "FreshQA_v04012024.csv", lines)]


def _fresh(row: Mapping[str, Any]) -> list[str]:
    marked = [f"{url}#:~:text=No%2C%20one" for url in row["source_urls"][:1]]
    values = {
        **{name: row.get(name, "") for name in ("id", "question", "effective_year", "next_review")},
        "split": row["split"].upper(),
        "false_premise": str(row["false_premise"]).upper(),
        "num_hops": row["num_hops"],
        "fact_type": row["type"],
        "source": "\n".join([*marked, *row["source_urls"][1:]]),
        **{f"answer_{at}": answer for at, answer in enumerate(row["answers"])},
    }
    return [values.get(name, "") for name in _FRESH_COLUMNS]


OFFICIAL: Mapping[str, Callable[[Path, Rows], list[Path]]] = {
    "hotpotqa": write_hotpotqa,
    "2wiki": write_2wiki,
    "musique": write_musique,
    "bamboogle": write_bamboogle,
    "fanoutqa": write_fanoutqa,
    "freshqa": write_freshqa,
}


def write_flashrag(folder: Path, rows: Rows) -> list[Path]:
    """FlashRAG's lines, a file for each split."""
    return [
        _write_lines(folder / f"{split}.jsonl", map(_flash, some))
        for split, some in _by_split(rows).items()
    ]


def _flash(row: Mapping[str, Any]) -> Raw:
    kept = {"id": row["id"], "question": row["question"], "golden_answers": row["answers"]}
    named = {"id", "question", "answers", "split"}
    return {**kept, "metadata": {key: row[key] for key in row if key not in named}}


def _by_split(rows: Rows) -> dict[str, Rows]:
    return {
        split: [row for row in rows if row["split"] == split]
        for split in dict.fromkeys(row["split"] for row in rows)
    }


def _write_list(path: Path, objects: Any) -> Path:
    path.write_text(json.dumps(list(objects)), encoding="utf-8")
    return path


def _write_lines(path: Path, objects: Any) -> Path:
    lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in objects)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _write_table(path: Path, lines: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    return path
