import pytest
import yaml

from cli.recipe import Recipe, Wishes, load_recipe, packaged_recipes, recorded_recipe
from masksearch.errors import ConfigError
from masksearch.run_folder import RunFolder
from masksearch.sources import names_of


@pytest.mark.parametrize("name", packaged_recipes())
def test_every_recipe_that_ships_is_right(tmp_path, name):
    assert load_recipe(RunFolder(tmp_path), Wishes(name)).ramp.window_chars <= 400


def test_the_demo_is_what_its_table_says(tmp_path):
    demo = load_recipe(RunFolder(tmp_path), Wishes("demo"))
    assert demo.ramp.num_masks == (1, 2) and demo.ramp.style == "blanks"
    assert (demo.eval.tasks, demo.eval.other_tasks, demo.eval.guards) == (120, 40, ("none",))
    # Lessons, not minutes: a slow machine learns as much.
    assert demo.sft.limit and demo.sft.limit >= 200 and demo.dapo.steps >= 8
    assert demo.sft.budget_minutes is None and demo.dapo.budget_minutes is None


def test_the_experiment_is_the_demo_up_to_its_traces(tmp_path):
    demo, experiment = (
        load_recipe(RunFolder(tmp_path), Wishes(name)) for name in ("demo", "reward-gain")
    )
    trained = ("sft", "reward", "dapo", "eval")
    same = {name: getattr(demo, name) for name in type(demo).model_fields if name not in trained}
    assert same == {name: getattr(experiment, name) for name in same}
    assert experiment.eval == demo.eval.changed(max_tokens=192, concurrency=40)
    assert experiment.sft == demo.sft.changed(epochs=0.13, limit=None)


def test_an_option_beats_set_beats_recipe_beats_default(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("synth: {limit: 10, max_turns: 3, concurrency: 2}")
    given = load_recipe(
        RunFolder(tmp_path / "run"),
        Wishes(
            str(path),
            ["synth.limit=20", "synth.max_turns=4"],
            {"synth": {"limit": 30}},
        ),
    )
    synth = given.synth
    assert (synth.limit, synth.max_turns, synth.concurrency) == (30, 4, 2)
    assert synth.queries_per_turn == Recipe().synth.queries_per_turn


def test_a_run_goes_on_with_its_own_recipe(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.describe(load_recipe(run, Wishes("demo-tiny")), {})
    run.measured("sft_tokens_per_second", lambda: 123.0)
    assert recorded_recipe(run).measured == {"sft_tokens_per_second": 123.0}
    assert load_recipe(run, Wishes(default="demo")).corpus.limit == 12
    assert load_recipe(run, Wishes("demo")).corpus.limit is None


def test_one_seed_reaches_every_stage_that_has_none_of_its_own(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"seed": 7, "sft": {"seed": 1}}))
    given = load_recipe(RunFolder(tmp_path), Wishes(str(path)))
    assert (given.ramp.seed, given.synth.seed, given.eval.seed, given.sft.seed) == (7, 7, 7, 1)
    assert load_recipe(RunFolder(tmp_path), Wishes(str(path), ["seed=9"])).sft.seed == 9


def test_a_section_that_is_no_mapping_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"ramp"):
        load_recipe(RunFolder(tmp_path), Wishes(None, ["ramp=3", "seed=1"]))


def test_the_command_line_is_blamed_for_what_it_says_and_the_file_for_the_rest(tmp_path):
    (tmp_path / "config.yaml").write_text("search: {top_k: 3}\n")
    with pytest.raises(ConfigError, match=r"^the command line: search.top_k: "):
        load_recipe(RunFolder(tmp_path), Wishes(None, ["search.top_k=-1"]))
    with pytest.raises(ConfigError, match=r"^the command line: search: no search backend"):
        load_recipe(RunFolder(tmp_path), Wishes(options={"search": {"backend": "altavista"}}))
    (tmp_path / "config.yaml").write_text("search: {top_k: -3}\n")
    with pytest.raises(ConfigError, match=r"config.yaml: search.top_k: "):
        load_recipe(RunFolder(tmp_path), Wishes(None, ["search.snippet_chars=99"]))
    assert load_recipe(RunFolder(tmp_path), Wishes(None, ["search.top_k=4"])).search.top_k == 4


@pytest.mark.parametrize("name", [one for one in packaged_recipes() if "stage-two" in one])
def test_stage_two_is_made_of_training_questions(tmp_path, name):
    recipe = load_recipe(RunFolder(tmp_path), Wishes(name))
    assert recipe.synth.team == "guided" and recipe.eval.questions == 200
    named = {*names_of(recipe.synth.tasks), *names_of(recipe.dapo.source)} - {"ramp"}
    assert named and all(one.endswith(":train") for one in named)
    assert recipe.sft.budget_minutes is None and recipe.dapo.budget_minutes is None
