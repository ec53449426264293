import json

import pytest
import yaml
from some_passages import passage, run_with

from masksearch.config import RampConfig
from masksearch.dataset.card import _table
from masksearch.dataset.instructions import instruction
from masksearch.dataset.reference import ReferenceRecords
from masksearch.dataset.rows import COLUMNS, MEANINGS, row
from masksearch.dataset.write import write_dataset
from masksearch.errors import StoreError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.masking.build import build_tasks
from masksearch.schemas import AnswerStyle, Task
from masksearch.stages import TASKS
from masksearch.store import read_records

CHINESE = (
    "柏林是德国首都，也是德意志联邦共和国最大的城市。1990年10月3日，两德重新统一，"
    "柏林重新成为首都。该市人口约350万人，勃兰登堡门建于18世纪，1961年至1989年有围墙。"
)


def english(n):
    return (
        f"In {1700 + n} the people of the place built a wall, {100 + n} metres long, which stood for "
        f"{n + 10} days and cost ${n + 3} million in all, and in {1800 + n} it was built again there."
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    pages = [passage(f"p{n}", english(n), revision=str(n)) for n in range(30)]
    chinese = passage("zh", CHINESE, title="柏林", lang="zh")
    made = run_with(tmp_path_factory.mktemp("run") / "walls", [*pages, chinese])
    build_tasks(made, RampConfig(num_masks=(1, 2), heldout_share=0.3))
    return made


@pytest.fixture(scope="module")
def tasks(run):
    return {
        split: list(read_records(run.path / TASKS / f"{split}.jsonl", Task))
        for split in ("train", "heldout")
    }


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_a_data_set_is_loaded_as_it_is(run, tasks, tmp_path, form, monkeypatch):
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    written = write_dataset(run, tmp_path / "set", form)
    loaded = datasets.load_dataset(str(tmp_path / "set"), cache_dir=str(tmp_path / "cache"))
    for split, expected in tasks.items():
        assert written[split] == len(expected) == loaded[split].num_rows
        for task, found in zip(expected, loaded[split], strict=True):
            wanted = row(task)
            assert found["masked_share"] == pytest.approx(wanted.pop("masked_share"))
            assert {name: found[name] for name in wanted} == wanted


def test_every_column_is_explained_and_filled(tasks):
    assert list(MEANINGS) == COLUMNS.names
    assert all(list(row(task)) == COLUMNS.names for task in tasks["train"])


def test_the_card_tells_lineage_licence_counts_and_seed(run, tasks, tmp_path):
    write_dataset(run, tmp_path / "set", "parquet")
    _, head, body = (tmp_path / "set" / "README.md").read_text().split("---\n", 2)
    facts = yaml.safe_load(head)
    assert facts["license"] == "cc-by-sa-4.0" and facts["language"] == ["en", "zh"]
    paths = [part["path"] for part in facts["configs"][0]["data_files"]]
    assert paths == ["data/train-*.parquet", "data/heldout-*.parquet"]
    for told in (
        "CC BY-SA",
        "The seed is 0",
        "hash `hash`",
        f"| {len(tasks['train'])} |",
        "revision",
    ):
        assert told in body
    assert "`num_masks`: the real number of masks" in body


@pytest.mark.parametrize(
    ("licences", "named", "told"),
    [
        (["", ""], "unknown", ["Of 2 tasks the corpus named no licence"]),
        (["MIT", "MIT"], "other", ["2 tasks are from pages under MIT"]),
        (["CC BY-SA", ""], "other", ["texts of 1 tasks are", "Of 1 tasks the corpus named no"]),
    ],
)
def test_the_card_claims_no_licence_that_the_corpus_does_not_name(tmp_path, licences, named, told):
    pages = [passage(f"p{n}", english(n), licence=one) for n, one in enumerate(licences)]
    made = run_with(tmp_path / "walls", pages)
    build_tasks(made, RampConfig(num_masks=(1,), heldout_share=0))
    write_dataset(made, tmp_path / "set", "jsonl")
    _, head, body = (tmp_path / "set" / "README.md").read_text().split("---\n", 2)
    assert yaml.safe_load(head)["license"] == named
    assert all(one in body for one in told) and ("CC BY-SA" in body) == ("CC BY-SA" in licences)


def test_the_references_records_are_one_export(run, tasks, tmp_path):
    write_dataset(run, tmp_path / "set", "reference")
    lines = (tmp_path / "set" / "data" / "train-00000.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert records == [ReferenceRecords().record(task) for task in tasks["train"]]
    for record, task in zip(records, tasks["train"], strict=True):
        ext = record["ext"]
        assert set(record) == {"query", "answer", "ext"}
        assert ext["mask_num"] == len(ext["masks"]) == record["query"].count("[mask]") - 1
        assert record["answer"] == task.unmasked() and ext["title"] == task.prompt.title


def test_a_prompt_speaks_the_language_of_its_passage(tasks):
    prompts = {one.prompt.lang: row(one)["prompt"] for of in tasks.values() for one in of}
    assert prompts["zh"].endswith("补充所有的[mask]，并重新输出，要求格式不能发生变化。")
    assert prompts["en"].endswith("output the whole paragraph without changing its format.")
    assert instruction("fr-CA", AnswerStyle.BLANKS).startswith("Donne")
    assert instruction("sv", AnswerStyle.PASSAGE) == instruction("en", AnswerStyle.PASSAGE)


def test_a_folder_is_never_written_over_unasked(run, tmp_path):
    to = tmp_path / "set"
    write_dataset(run, to, "parquet")
    with pytest.raises(StoreError, match="--if-exists restart"):
        write_dataset(run, to, "jsonl")
    write_dataset(run, to, "jsonl", Making(IfExists.RESTART))
    assert {path.suffix for path in (to / "data").iterdir()} == {".jsonl"}
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(StoreError, match="name another folder"):
        write_dataset(run, tmp_path / "mine", "jsonl", Making(IfExists.RESTART))
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_a_project_with_a_readme_and_data_of_its_own_is_no_data_set(run, tmp_path):
    write_dataset(run, tmp_path / "mine", "jsonl")
    (tmp_path / "mine" / "data" / "measured.csv").write_text("x")
    with pytest.raises(StoreError, match="name another folder"):
        write_dataset(run, tmp_path / "mine", "jsonl", Making(IfExists.RESTART))
    assert (tmp_path / "mine" / "data" / "measured.csv").exists()


def test_a_broken_off_export_can_be_made_again(run, tmp_path):
    write_dataset(run, tmp_path, "parquet")
    (tmp_path / "README.md").unlink()
    (tmp_path / "data" / "heldout-00000.parquet").rename(
        tmp_path / "data" / ".heldout-00000.parquet.part"
    )
    write_dataset(run, tmp_path, "parquet", Making(IfExists.RESTART))
    assert (tmp_path / "README.md").exists()
    assert not list((tmp_path / "data").glob(".*"))


def test_what_a_run_calls_its_counts_stays_in_its_cell():
    shown = _table(["language", "number"], [["en |\n# <script>", "1"]])
    assert shown.splitlines()[2:] == ["| en \\| # &lt;script> | 1 |"]
