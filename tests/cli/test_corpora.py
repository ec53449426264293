import json
import os

import yaml

TEXT = "The harbour of the old town was built in the year 1931 by its own people. " * 4


def rows(*numbers):
    return "".join(json.dumps({"id": n, "text": TEXT}) + "\n" for n in numbers)


def test_several_sources_are_one_corpus_that_a_run_remembers(cli, tmp_path):
    (tmp_path / "a.jsonl").write_text(rows(1, 2))
    (tmp_path / "b.jsonl").write_text(rows(3) + "{\n")
    made = cli("corpus", "build", "a.jsonl", "b.jsonl", "--run", "run", "--json").json
    assert (made["documents"], made["rejected"]["01-documents"]) == (3, {"not JSON": 1})
    assert yaml.safe_load((tmp_path / "run" / "config.yaml").read_text())["corpus"]["source"] == [
        "a.jsonl",
        "b.jsonl",
    ]
    assert cli("corpus", "build", "--run", "run", "--json").json == made
    again = cli("corpus", "build", "b.jsonl", "a.jsonl", "--run", "run", code=2)
    assert "was made with other inputs or settings" in again.err


def test_a_recipe_may_name_a_list_or_a_pattern(cli, tmp_path):
    for n in (1, 2):
        (tmp_path / f"part{n}.jsonl").write_text(rows(n))
    for source in ("[part1.jsonl, part2.jsonl]", "part*.jsonl"):
        run = f"run-{len(source)}"
        made = cli("corpus", "build", "--set", f"corpus.source={source}", "--run", run, "--json")
        assert made.json["documents"] == 2
    said = cli("corpus", "build", "--set", "corpus.source=[]", "--run", "none", code=2).err
    assert said.startswith("error: ") and said.count("\n") == 1


def test_a_path_that_is_not_utf8_is_built_remembered_and_shown(cli, tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.jsonl")
    path.write_text(rows(1))
    assert cli("corpus", "build", str(path), "--run", "run", "--json").json["documents"] == 1
    assert cli("corpus", "build", "--run", "run", "--json").json["documents"] == 1
    path.unlink()
    assert "caf\\xe9.jsonl does not exist" in cli("corpus", "build", str(path), code=2).err
