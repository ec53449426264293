import pytest
import yaml

from cli.recipe import Recipe, load_recipe, packaged_recipes, recorded_recipe
from masksearch.errors import ConfigError
from masksearch.run_folder import RunFolder


@pytest.mark.parametrize("name", packaged_recipes())
def test_every_recipe_that_ships_is_right(tmp_path, name):
    assert load_recipe(name, tmp_path).ramp.window_chars <= 400


def test_the_demo_is_what_its_table_says(tmp_path):
    demo = load_recipe("demo", tmp_path)
    assert demo.ramp.num_masks == (1, 2) and demo.ramp.style == "blanks"
    assert (demo.eval.tasks, demo.eval.other_tasks, demo.eval.guards) == (120, 40, ("none",))


def test_an_option_beats_set_beats_recipe_beats_default(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("synth: {limit: 10, max_turns: 3, concurrency: 2}")
    given = load_recipe(
        str(path),
        tmp_path / "run",
        ["synth.limit=20", "synth.max_turns=4"],
        {"synth": {"limit": 30}},
    )
    synth = given.synth
    assert (synth.limit, synth.max_turns, synth.concurrency) == (30, 4, 2)
    assert synth.queries_per_turn == Recipe().synth.queries_per_turn


def test_a_run_goes_on_with_its_own_recipe(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.describe(load_recipe("demo-tiny", run.path), {})
    run.measured("sft_tokens_per_second", lambda: 123.0)
    assert recorded_recipe(run.path).measured == {"sft_tokens_per_second": 123.0}
    assert load_recipe(None, run.path, default="demo").corpus.limit == 12
    assert load_recipe("demo", run.path).corpus.limit is None


def test_one_seed_reaches_every_stage_that_has_none_of_its_own(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"seed": 7, "sft": {"seed": 1}}))
    given = load_recipe(str(path), tmp_path)
    assert (given.ramp.seed, given.synth.seed, given.eval.seed, given.sft.seed) == (7, 7, 7, 1)
    assert load_recipe(str(path), tmp_path, ["seed=9"]).sft.seed == 9


def test_a_section_that_is_no_mapping_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"ramp"):
        load_recipe(None, tmp_path, ["ramp=3", "seed=1"])


def test_what_is_at_fault_is_named(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.describe(load_recipe("demo-tiny", run.path), {})
    with pytest.raises(
        ConfigError, match=r"^what is given with the command: ramp.num_masks: must be"
    ):
        load_recipe(None, run.path, ["ramp.num_masks=5"])
    (run.path / "config.yaml").write_text("ramp: {strategy: hard}")
    with pytest.raises(ConfigError, match=r"config.yaml: ramp.strategy: .*'random'"):
        load_recipe(None, run.path, ["ramp.seed=5"])
    assert load_recipe(None, run.path, ["ramp.strategy=random"]).ramp.strategy == "random"
