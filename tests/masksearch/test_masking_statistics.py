import re

import pytest
from some_passages import passage, run_with

from masksearch.config import RampConfig
from masksearch.masking.build import build_tasks
from masksearch.masking.statistics import ramp_statistics
from masksearch.report.ramp import write_ramp_page


def text_of(n):
    return (
        f"In {1700 + n} the people of the place built a wall, {100 + n} metres long, which stood for "
        f"{n + 10} days and cost ${n + 3} million in all, and in {1800 + n} it was built again there."
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    pages = [passage(f"p{n}", text_of(n)) for n in range(20)]
    empty = passage("<b>none</b>", "nothing in this text is ever to be masked by anybody at all")
    made = run_with(tmp_path_factory.mktemp("run") / "<i>walls", [*pages, empty])
    build_tasks(made, RampConfig(num_masks=(2,), heldout_share=0.2))
    return made


def test_everything_is_counted_once(run):
    found = ramp_statistics(run)
    assert found.total == 20 == found.counts["tasks by language"]["en"]
    assert sum(found.counts["masks by type"].values()) == 40
    assert found.counts["masks by source"] == {"pattern": 40}
    assert found.counts["passages without a task, by reason"] == {"no spans": 1}
    words, share, answers = found.histograms
    assert dict(words.bins)["25 to 50"] == 20 and sum(n for _, n in share.bins) == 20
    assert sum(n for _, n in answers.bins) == 40 and dict(answers.bins)["1"] > 0


def test_the_page_holds_all_figures_and_runs_nothing(run, tmp_path):
    page = write_ramp_page(tmp_path / "ramp.html", run.name, ramp_statistics(run)).read_text()
    assert "&lt;i&gt;walls" in page and "<i>" not in page and "<script" not in page
    for told in ("20 masked tasks", "masks by type", "words in a window", "no spans"):
        assert told in page
    assert re.findall(r"https?://", page) == []
