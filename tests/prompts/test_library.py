import hashlib
from pathlib import Path

import pytest
import yaml

from masksearch import protocol
from masksearch import role_prompt as role_prompt_module
from masksearch.role_prompt import prompt_labels, role_prompt
from prompts import PACKAGED, PromptError, PromptLibrary, read_prompt

GOOD = "---\nvariables: [name, city]\nnotes: of no use here\n---\nDear $name of ${city}, pay $$5.\n"


def put(path: Path, text: str = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def fault(path: Path) -> str:
    with pytest.raises(PromptError) as caught:
        read_prompt(path, "role")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "path", sorted(PACKAGED.glob("*/v*.md")), ids=lambda p: f"{p.parent.name}-{p.stem}"
)
def test_every_packaged_prompt_is_sound(path: Path) -> None:
    prompt = read_prompt(path, path.parent.name)
    assert prompt.render(**dict.fromkeys(prompt.variables, "value")) or prompt.pieces
    assert all(prompt.pieces.values())
    assert (prompt.role, prompt.version, prompt.path) == (path.parent.name, path.stem, path)


def test_variables_take_the_place_of_their_names(tmp_path: Path) -> None:
    prompt = read_prompt(put(tmp_path / "v1.md"), "role")
    assert prompt.variables == {"name", "city"}
    assert (
        prompt.render(name="Ada {x} $city", city="London")
        == "Dear Ada {x} $city of London, pay $5."
    )


@pytest.mark.parametrize("values", [{}, {"name": "a"}, {"name": "a", "city": "b", "more": "c"}])
def test_rendering_wants_exactly_the_declared_variables(
    tmp_path: Path, values: dict[str, str]
) -> None:
    prompt = read_prompt(put(tmp_path / "v1.md"), "role")
    with pytest.raises(PromptError, match=r"wants \['city', 'name'\], given"):
        prompt.render(**values)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Dear $name", "must start with front matter"),
        ("", "must start with front matter"),
        ("---\nvariables: []\nDear", "must start with front matter"),
        ("---\nvariables: [name]\n---\nDear $name and $city", "declares ['name'] but uses"),
        ("---\nvariables: [name, city]\n---\nDear $name", "declares ['city', 'name'] but uses"),
        ("---\nvariables: []\n---\ncosts 5 $", "a lone $"),
        ("---\nvariables: []\n---\ncosts $5", "a lone $"),
        ("---\nvariables: name\n---\n$name", "must hold a list"),
        ("---\nnotes: none\n---\ntext", "must hold a list"),
        ("---\n- variables\n---\ntext", "must hold a list"),
        ("---\nvariables: [\nx: {\n---\ntext", "front matter is not YAML"),
    ],
)
def test_a_faulty_file_is_refused_with_its_fault(tmp_path: Path, text: str, reason: str) -> None:
    assert reason in fault(put(tmp_path / "v1.md", text))


def test_a_file_that_is_missing_or_not_text_is_refused(tmp_path: Path) -> None:
    assert "cannot read" in fault(tmp_path / "v1.md")
    (tmp_path / "v2.md").write_bytes(b"---\nvariables: []\n---\n\xff")
    assert "cannot read" in fault(tmp_path / "v2.md")


def test_a_users_folder_wins_file_by_file(tmp_path: Path) -> None:
    packaged = PromptLibrary()
    library = PromptLibrary(tmp_path)
    assert prompt_labels(library) == prompt_labels(packaged)
    mine = put(tmp_path / "agent" / "v1.md", "---\nvariables: []\n---\nMine.")
    assert library.load("agent").path == mine
    others = [role for role in library.roles() if role != "agent"]
    assert all(library.load(role) == packaged.load(role) for role in others)
    changed = {
        role
        for role, label in prompt_labels(library).items()
        if label != prompt_labels(packaged)[role]
    }
    assert changed == {"agent", "agent.zh"}  # a user's prompt is for tasks in any language


def test_the_active_version_is_the_users_choice(tmp_path: Path) -> None:
    library = PromptLibrary(tmp_path)
    put(tmp_path / "agent" / "v2.md", "---\nvariables: []\n---\nTwo.")
    put(tmp_path / "agent" / "v10.md", "---\nvariables: []\n---\nTen.")
    packaged = PromptLibrary().active()
    assert library.active() == packaged
    assert library.versions("agent")[-2:] == ["v2", "v10"]
    put(tmp_path / "active.yaml", "agent: v2\n")
    assert library.active() == {**packaged, "agent": "v2"}
    assert (library.load("agent").text, library.load("agent", "v10").text) == ("Two.", "Ten.")


@pytest.mark.parametrize("text", ["- agent", "just text", "agent: [", ""])
def test_a_faulty_active_file_is_refused(tmp_path: Path, text: str) -> None:
    path = put(tmp_path / "active.yaml", text)
    with pytest.raises(PromptError) as caught:
        PromptLibrary(tmp_path).active()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_role_or_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"no prompt stranger/v1\.md"):
        PromptLibrary().load("stranger")
    put(tmp_path / "active.yaml", "agent: v99\n")
    with pytest.raises(PromptError, match=r"no prompt agent/v99\.md"):
        PromptLibrary(tmp_path).load("agent")


def label(folder: Path, role: str = "planner") -> str:
    return role_prompt(PromptLibrary(folder), role).label


PLANNER = "---\nvariables: []\nnotes: of no use here\n---\nPlan, for $$5.\n"


def test_a_label_is_of_the_text_alone_where_no_piece_is_changed(tmp_path: Path) -> None:
    put(tmp_path / "planner" / "v1.md", PLANNER)
    first = label(tmp_path)
    assert first == f"v1@{hashlib.sha256(b'Plan, for $$5.').hexdigest()[:12]}"
    other = PLANNER.replace("of no use here", "other").replace("\n", "\r\n")
    (tmp_path / "planner" / "v1.md").write_bytes(other.encode())
    assert label(tmp_path) == first
    put(tmp_path / "planner" / "v1.md", PLANNER + "\n--- user\nTask:\n$task\n")
    assert label(tmp_path) == first
    put(tmp_path / "planner" / "v1.md", PLANNER.replace("Plan", "Think"))
    assert label(tmp_path) != first


@pytest.mark.parametrize(
    ("path", "old", "new", "changed"),
    [
        ("planner/v1.md", "Task:", "The task:", {"planner"}),
        ("observer/v1.md", "You may search again.", "Go on.", {"observer"}),
        ("judge/v1.md", "$given verdicts", "got $given verdicts", {"judge"}),
        (
            "answer/v1.md",
            "short answer",
            "long answer",
            {"answer", "agent", "closed_book", "observer", "rag", "search_r1"},
        ),
        ("answer/v1.zh.md", "简短地", "", {"answer.zh", "agent.zh", "observer", "rag.zh"}),
        (
            "reply/v1.md",
            "JSON object only",
            "object",
            {"reply", "planner", "rewriter", "observer", "judge", "fresh_judge", "extractor"},
        ),
    ],
)
def test_a_changed_sentence_is_seen_in_the_label_of_who_reads_it(
    tmp_path: Path, path: str, old: str, new: str, changed: set[str]
) -> None:
    for file in PACKAGED.glob("*/v1*.md"):
        put(tmp_path / file.relative_to(PACKAGED), file.read_text(encoding="utf-8"))
    text = (PACKAGED / path).read_text(encoding="utf-8")
    before = prompt_labels(PromptLibrary())
    assert prompt_labels(PromptLibrary(tmp_path)) == before
    put(tmp_path / path, text.replace(old, new))
    after = prompt_labels(PromptLibrary(tmp_path))
    assert {role for role, one in after.items() if one != before[role]} == changed


def test_the_language_of_a_sentence_is_seen(tmp_path: Path) -> None:
    chinese = (PACKAGED / "answer" / "v1.zh.md").read_text(encoding="utf-8")
    put(tmp_path / "answer" / "v1.md", chinese)
    assert label(tmp_path, "agent") != role_prompt(PromptLibrary(), "agent").label


def test_a_change_of_the_protocol_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    before = prompt_labels(PromptLibrary())
    monkeypatch.setitem(protocol._LABELS, "zh", ("标题:", "空格数："))
    role_prompt_module.protocol_digest.cache_clear()
    try:
        after = prompt_labels(PromptLibrary())
    finally:
        monkeypatch.undo()
        role_prompt_module.protocol_digest.cache_clear()
    same = {role for role in before if before[role] == after[role]}
    assert same == {"answer", "answer.zh", "reply", "extractor", "fresh_judge"}


def test_a_file_without_pieces_has_the_packaged_ones(tmp_path: Path) -> None:
    put(tmp_path / "planner" / "v1.md", PLANNER)
    put(tmp_path / "planner" / "v2.md", PLANNER)
    library = PromptLibrary(tmp_path)
    for version in ("v1", "v2"):
        assert library.load("planner", version).pieces == PromptLibrary().load("planner").pieces


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        ("--- you\n$task", "unknown piece `you`; the role's pieces: may_search, must"),
        ("--- task\n$task", "piece `may_search` is missing; leave out all to keep"),
        ("--- task\n$task\n--- task\n$task", "piece `task` stands there twice"),
        ("--- task\n$5", "a lone $"),
        ("ALL BUT task", "piece `task` uses [], but has to use ['task']"),
    ],
)
def test_a_faulty_piece_is_refused_with_its_fault(tmp_path: Path, pieces: str, reason: str) -> None:
    packaged = (PACKAGED / "observer" / "v1.md").read_text(encoding="utf-8")
    text = packaged[: packaged.index("--- may_search")] + pieces
    if pieces == "ALL BUT task":
        text = packaged.replace("\n$task\n", "\nthe task\n")
    path = put(tmp_path / "observer" / "v1.md", text)
    with pytest.raises(PromptError) as caught:
        PromptLibrary(tmp_path).load("observer")
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)
    assert reason in str(caught.value)


def test_a_piece_that_no_file_has_is_one_line(tmp_path: Path) -> None:
    prompt = read_prompt(put(tmp_path / "v1.md"), "role")
    with pytest.raises(PromptError, match=r"v1\.md: no piece `user`; begin it with a line"):
        prompt.piece("user")
    prompt = PromptLibrary().load("planner")
    with pytest.raises(PromptError, match=r"piece `user`: wants \['task'\], given \[\]"):
        prompt.piece("user")


def test_the_packaged_choice_names_known_roles_and_versions() -> None:
    library = PromptLibrary()
    assert "agent" in library.roles()
    assert all(version in library.versions(role) for role, version in library.active().items())
    chosen = PACKAGED / "active.yaml"
    assert not chosen.exists() or set(yaml.safe_load(chosen.read_text())) == set(library.roles())
