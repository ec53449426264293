import hashlib
from pathlib import Path

import pytest
import yaml

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
    assert prompt.render(**dict.fromkeys(prompt.variables, "value"))
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
    assert library.hashes() == packaged.hashes()
    mine = put(tmp_path / "agent" / "v1.md", "---\nvariables: []\n---\nMine.")
    assert library.load("agent").path == mine
    others = [role for role in library.roles() if role != "agent"]
    assert all(library.load(role) == packaged.load(role) for role in others)
    changed = {role for role, label in library.hashes().items() if label != packaged.hashes()[role]}
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


def test_a_hash_is_of_the_text_alone(tmp_path: Path) -> None:
    one = read_prompt(put(tmp_path / "v1.md"), "role")
    text = "Dear $name of ${city}, pay $$5."
    assert one.sha == hashlib.sha256(text.encode()).hexdigest()[:12]
    assert one.label == f"v1@{one.sha}"
    (tmp_path / "v2.md").write_bytes(
        GOOD.replace("of no use here", "other").replace("\n", "\r\n").encode()
    )
    assert read_prompt(tmp_path / "v2.md", "role").sha == one.sha
    changed = read_prompt(put(tmp_path / "v3.md", GOOD.replace("Dear", "Hi")), "role")
    assert changed.sha != one.sha


def test_the_packaged_choice_names_known_roles_and_versions() -> None:
    library = PromptLibrary()
    assert "agent" in library.roles()
    assert all(version in library.versions(role) for role, version in library.active().items())
    chosen = PACKAGED / "active.yaml"
    assert not chosen.exists() or set(yaml.safe_load(chosen.read_text())) == set(library.roles())
