import pytest
from manifests import as_unfinished
from some_passages import passage, run_with

from masksearch.config import RampConfig
from masksearch.counts import ScoreCounts
from masksearch.errors import ConfigError, StoreError
from masksearch.making import Making
from masksearch.manifest import IfExists
from masksearch.masking import scores
from masksearch.masking.build import build_tasks
from masksearch.masking.scores import score_passages
from masksearch.schemas import Task
from masksearch.stages import SCORES, TASKS
from masksearch.store import read_records

CONFIG = RampConfig(num_masks=(2,), strategy="perplexity", heldout_share=0)


def text_of(n):
    return (
        f"In {1700 + n} the people of the place built a wall, {100 + n} metres long, which stood for "
        f"{n + 10} days and cost ${n + 3} million in all, and in {1800 + n} it was built again there."
    )


class Later:
    """Finds what stands later harder; counts how often it was asked."""

    name = "later"

    def __init__(self):
        self.asked = []

    def surprisals(self, texts):
        self.asked.append(len(texts))
        return [tuple(float(span.start) for span in text.spans) for text in texts]


@pytest.fixture
def run(tmp_path):
    pages = [passage(f"p{n}", text_of(n)) for n in range(20)]
    return run_with(tmp_path / "run", pages[:12], pages[12:])


def test_the_hardest_spans_are_masked_and_the_card_says_how_hard(run):
    with pytest.raises(StoreError, match="ramp score"):
        build_tasks(run, CONFIG)
    counts = score_passages(run, CONFIG, Later())
    assert counts == ScoreCounts(passages=20, spans=100, scorer="later")
    build_tasks(run, CONFIG)
    tasks = list(read_records(run.path / TASKS / "train.jsonl", Task))
    assert len(tasks) == 20
    for task in tasks:
        assert task.answers[0][0].endswith("days")  # what costs millions stands too near
        assert task.answers[1][0].startswith("18")
        card = task.difficulty
        assert card.surprisals == tuple(float(mask.start) for mask in task.masks)
        assert card.scorer == "later" and card.answer_tokens == (2, 1)
        assert 0 < card.masked_share < 0.2


def test_a_killed_scoring_goes_on_in_the_same_groups(run, monkeypatch):
    monkeypatch.setattr(scores, "GROUP", 5)
    whole = {}
    score_passages(run, CONFIG, (first := Later()))
    assert first.asked == [5, 5, 2, 5, 3]
    folder = run.stage(SCORES).folder
    for path in folder.glob("*.jsonl"):
        whole[path.name] = path.read_bytes()
    lines = whole["00000.jsonl"].splitlines(keepends=True)
    (folder / "00000.jsonl").write_bytes(b"".join(lines[:7]) + lines[7][:20])
    (folder / "00001.jsonl").unlink()
    as_unfinished(run.stage(SCORES))
    score_passages(run, CONFIG, (again := Later()))
    assert again.asked == [5, 2, 5, 3]
    assert {path.name: path.read_bytes() for path in folder.glob("*.jsonl")} == whole


def test_a_restart_with_a_pipeline_that_is_missing_clears_no_score(run):
    score_passages(run, CONFIG, Later())
    wrong = CONFIG.model_copy(update={"spans": ("ner",), "ner_pipeline": "en_core_nowhere"})
    with pytest.raises(ConfigError):
        score_passages(run, wrong, Later(), Making(IfExists.RESTART))
    assert run.stage(SCORES).done
