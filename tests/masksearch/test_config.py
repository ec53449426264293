from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from masksearch.config import (
    CorpusConfig,
    EvalConfig,
    ExportConfig,
    RampConfig,
    SearchConfig,
    Section,
)
from masksearch.errors import ConfigError
from masksearch.recipe_file import merged, parse_overrides, read_recipe, validated

ALIASES_OF_ALIASES = "a0: &a0 [1, 2]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)


class SftConfig(Section):
    lr: float = 1e-4
    epochs: int = Field(default=1, ge=1)


class Recipe(Section):
    ramp: RampConfig = RampConfig()
    search: SearchConfig = SearchConfig()
    sft: SftConfig = SftConfig()


def recipe(text: str, folder: Path, *assignments: str) -> Recipe:
    path = folder / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return validated(Recipe, merged(read_recipe(path), parse_overrides(assignments)), str(path))


def refused(text: str, folder: Path, *assignments: str) -> str:
    with pytest.raises(ConfigError) as caught:
        recipe(text, folder, *assignments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_option_wins_over_the_recipe_and_the_recipe_over_the_default(tmp_path: Path) -> None:
    made = recipe("search: {top_k: 7, snippet_chars: 99}\n", tmp_path, "search.top_k=9")
    assert (made.search.top_k, made.search.snippet_chars) == (9, 99)
    assert made.search.guard == SearchConfig().guard
    assert made.ramp == RampConfig()


def test_the_last_of_several_options_wins_and_their_sections_join() -> None:
    nested = parse_overrides(["a.b=1", "a.c=2", "a.b=3", "d=x=y"])
    assert nested == {"a": {"b": 3, "c": 2}, "d": "x=y"}
    assert parse_overrides(["a.b=1", "a=null"]) == {"a": None}


def test_values_of_options_are_read_as_yaml(tmp_path: Path) -> None:
    made = recipe("{}", tmp_path, "ramp.num_masks=[1, 2]", "ramp.window_chars=null", "ramp.seed=3")
    assert (made.ramp.num_masks, made.ramp.window_chars, made.ramp.seed) == ((1, 2), None, 3)


@pytest.mark.parametrize("number", ["2e-6", "2.0e-6", "0.000002", "'2e-6'"])
def test_a_small_number_without_a_dot_is_a_number(tmp_path: Path, number: str) -> None:
    assert recipe(f"sft: {{lr: {number}}}", tmp_path).sft.lr == 2e-6
    assert recipe("{}", tmp_path, f"sft.lr={number}").sft.lr == 2e-6


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("search: {topk: 3}", "search.topk: unknown key"),
        ("serch: {}", "serch: unknown key"),
        ("search: {top_k: many}", "search.top_k: Input should be a valid integer"),
        ("search: {top_k: 2.5}", "search.top_k: Input should be a valid integer"),
        ("search: {top_k: 0}", "search.top_k: Input should be greater than or equal to 1"),
        ("search: {guard: wall}", "search.guard: Input should be"),
        ("ramp: {spans: [tea]}", "ramp.spans.0: Input should be one of link, pattern, ner, llm"),
        ("search:", "search: Input should be a valid dictionary"),
        ("ramp: {num_masks: [1, 5]}", "ramp.num_masks.1: Input should be less than or equal to 4"),
        ("sft: {lr: 2020-01-01}", "sft.lr: Input should be a valid number"),
        ("1: {}", "Keys should be strings"),
        ("- search", "a recipe is a mapping of sections"),
        ("", "a recipe is a mapping of sections"),
        ("search: {top_k: 3", "not YAML"),
        ("search:\n\ttop_k: 3", "not YAML"),
        ("a: &x [*x, *y]", "not YAML"),
        ("search: &x {top_k: *x}", "its aliases"),
        (ALIASES_OF_ALIASES, "its aliases"),
        ("when: 2020-99-99", "not YAML"),
        ("!!python/object/apply:os.getcwd []", "not YAML"),
    ],
)
def test_a_wrong_recipe_is_one_line_that_names_the_place(
    tmp_path: Path, text: str, fault: str
) -> None:
    message = refused(text, tmp_path)
    assert fault in message
    assert "recipe.yaml" in message


@pytest.mark.parametrize(
    ("assignment", "fault"),
    [
        ("search.top_k", "write it as section.key=value"),
        ("=3", "write it as section.key=value"),
        (".=3", "write it as section.key=value"),
        ("search.top_k=[3", "not YAML"),
        ("search.topk=3", "search.topk: unknown key"),
        ("search..top_k=3", "unknown key"),
        ("search=3", "search: Input should be a valid dictionary"),
    ],
)
def test_a_wrong_option_is_one_line(tmp_path: Path, assignment: str, fault: str) -> None:
    assert fault in refused("{}", tmp_path, assignment)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_recipe_that_cannot_be_read_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "recipe.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"cannot read the recipe .*recipe\.yaml"):
        read_recipe(path)
    with pytest.raises(ConfigError, match="cannot read the recipe"):
        read_recipe(tmp_path)


@given(st.text(max_size=20) | st.text(alphabet="ab.=: {}[]&*!2-e\n'\"%", max_size=20))
def test_any_option_is_read_or_refused(assignment: str) -> None:
    try:
        nested = parse_overrides([assignment])
    except ConfigError as error:
        assert str(error).startswith("--set ")
    else:
        assert list(nested) == [assignment.partition("=")[0].partition(".")[0]]


trees = st.recursive(
    st.integers(), lambda below: st.dictionaries(st.sampled_from("abc"), below, max_size=3)
)
mappings = st.dictionaries(st.sampled_from("abc"), trees, max_size=3)


@given(mappings, mappings)
def test_merging_keeps_its_arguments_and_is_settled_by_the_second(base: dict, over: dict) -> None:  # type: ignore[type-arg]
    kept = repr((base, over))
    result = merged(base, over)
    assert repr((base, over)) == kept
    assert set(result) == {*base, *over}
    assert merged(result, over) == result
    assert merged({}, over) == over and merged(base, {}) == base


@pytest.mark.parametrize("kind", [CorpusConfig, RampConfig, SearchConfig, ExportConfig, EvalConfig])
def test_sections_have_defaults_are_frozen_and_survive_their_file(kind: type[Section]) -> None:
    section = kind()
    assert kind.model_validate(section.model_dump(mode="json")) == section
    with pytest.raises(ValueError, match="frozen"):
        section.seed = 1  # type: ignore[attr-defined]
