from pathlib import Path

import pytest

from masksearch.errors import ConfigError, ModelError
from masksearch.settings import Settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_roles_own_settings_go_over_the_common_ones(monkeypatch):
    monkeypatch.setenv("MASKSEARCH_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("MASKSEARCH_MODEL", "common")
    monkeypatch.setenv("MASKSEARCH_API_KEY", "common-key")
    monkeypatch.setenv("MASKSEARCH_OBSERVER_MODEL", "reader")
    settings = Settings()
    common, observer = settings.endpoint("planner"), settings.endpoint("observer")
    assert (common.base_url, common.model) == ("http://127.0.0.1:1/v1", "common")
    assert (observer.base_url, observer.model) == ("http://127.0.0.1:1/v1", "reader")
    assert observer.api_key.get_secret_value() == "common-key"


def test_white_space_around_an_address_is_none_of_it(monkeypatch):
    monkeypatch.setenv("MASKSEARCH_BASE_URL", " http://127.0.0.1:1/v1\r\n")
    assert Settings().endpoint("judge").root == "http://127.0.0.1:1/v1"


def test_the_common_key_is_not_sent_to_a_roles_own_address(monkeypatch):
    monkeypatch.setenv("MASKSEARCH_API_KEY", "common-key")
    monkeypatch.setenv("MASKSEARCH_JUDGE_BASE_URL", "http://127.0.0.1:2/v1")
    assert Settings().endpoint("judge").api_key.get_secret_value() == ""
    monkeypatch.setenv("MASKSEARCH_JUDGE_API_KEY", "own-key")
    assert Settings().endpoint("judge").api_key.get_secret_value() == "own-key"


def test_keys_are_not_shown(monkeypatch):
    monkeypatch.setenv("MASKSEARCH_API_KEY", "common-key")
    monkeypatch.setenv("MASKSEARCH_PLANNER_API_KEY", "own-key")
    settings = Settings()
    shown = f"{settings!r}{settings.endpoint('planner')!r}{settings.model_dump_json()}"
    assert "own-key" not in shown and "common-key" not in shown


def test_the_environment_goes_over_the_file(empty_folder, monkeypatch):
    lines = "MASKSEARCH_MODEL=from-file\nMASKSEARCH_RUN=runs/x\nMASKSEARCH_PLANNER_MODEL=p\n"
    (empty_folder / ".env").write_text(lines)
    monkeypatch.setenv("MASKSEARCH_MODEL", "from-environment")
    settings = Settings()
    assert settings.endpoint("planner").model == "p"
    assert (settings.endpoint("judge").model, settings.run) == ("from-environment", Path("runs/x"))


def test_the_example_file_names_only_settings_that_exist(empty_folder):
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    names = [
        line[1:].partition("=")[0] for line in example.splitlines() if line[:12] == "#MASKSEARCH_"
    ]
    known = {name.upper() for name in Settings.model_fields}
    for role in ("PLANNER", "REWRITER", "OBSERVER", "JUDGE"):
        known |= {f"{role}_{part}" for part in ("BASE_URL", "MODEL", "API_KEY")}
    assert names and {name.removeprefix("MASKSEARCH_") for name in names} <= known


def test_an_endpoint_has_the_settings_of_its_name(monkeypatch, empty_folder):
    monkeypatch.setenv("MASKSEARCH_API_KEY", "common-key")
    monkeypatch.setenv("MASKSEARCH_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("MASKSEARCH_BIG_ONE_MODEL", "big")
    (empty_folder / ".env").write_text("MASKSEARCH_OTHER_BASE_URL=http://127.0.0.1:2/v1\n")
    big, other = Settings().named_endpoint("big_one"), Settings().named_endpoint("OTHER")
    assert (big.base_url, big.model) == ("http://127.0.0.1:1/v1", "big")
    assert big.api_key.get_secret_value() == "common-key"
    assert other.base_url == "http://127.0.0.1:2/v1"
    assert other.api_key.get_secret_value() == "", "the common key is for the common address"


@pytest.mark.parametrize("name", ["nobody", "", "a b", "1st", "x-y"])
def test_a_name_that_nothing_is_set_for_is_refused_though_there_is_a_common_endpoint(
    name, monkeypatch
):
    monkeypatch.setenv("MASKSEARCH_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("MASKSEARCH_MODEL", "common")
    with pytest.raises(ModelError, match="no endpoint is named"):
        Settings().named_endpoint(name)


FIELDS = {
    "OMIT": "temperature,seed",
    "EXTRA_BODY": '{"top_k": 3}',
    "STREAMING": "true",
    "MAX_TOKENS": "64",
    "MAX_TOKENS_FIELD": "max_new_tokens",
    "PER_MINUTE": "30",
}


@pytest.mark.parametrize("prefix", ["", "JUDGE_", "TUTOR_"])
def test_how_an_endpoint_is_asked_is_set_for_all_a_role_or_a_name(monkeypatch, prefix):
    monkeypatch.setenv("MASKSEARCH_TUTOR_MODEL", "wise")
    for name, value in FIELDS.items():
        monkeypatch.setenv(f"MASKSEARCH_{prefix}{name}", value)
    settings = Settings()
    found = settings.named_endpoint("tutor") if "TUTOR" in prefix else settings.endpoint("judge")
    assert (found.omitted, found.extra) == ({"temperature", "seed"}, {"top_k": 3})
    assert (found.streaming, found.max_tokens, found.per_minute) == (True, 64, 30)
    other = settings.endpoint("planner")
    assert (other.max_tokens_field == "max_new_tokens") is (prefix == "")


def test_common_fields_do_not_go_to_a_roles_own_address(monkeypatch):
    monkeypatch.setenv("MASKSEARCH_OMIT", "seed")
    monkeypatch.setenv("MASKSEARCH_JUDGE_BASE_URL", "http://127.0.0.1:2/v1")
    monkeypatch.setenv("MASKSEARCH_OBSERVER_MODEL", "reader")
    settings = Settings()
    assert settings.endpoint("judge").omit == ""
    assert settings.endpoint("observer").omit == "seed"


@pytest.mark.parametrize("body", ["[1]", "{", "top_k=3", "null"])
def test_a_body_that_is_no_object_is_refused_by_name(monkeypatch, body):
    monkeypatch.setenv("MASKSEARCH_TUTOR_MODEL", "wise")
    monkeypatch.setenv("MASKSEARCH_TUTOR_EXTRA_BODY", body)
    with pytest.raises(ConfigError, match=r"MASKSEARCH_TUTOR_EXTRA_BODY .*JSON object"):
        Settings().named_endpoint("tutor")
