"""`masksearch doctor`: one real look at this machine, and the rest with that part known."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from fake_endpoint import FakeEndpoint, serving
from finishing import finish

from cli import machine
from cli.doctor import next_steps
from cli.machine import machine_findings
from masksearch.assets import DUMP, MODEL
from masksearch.diagnosis.finding import State, missing, ok, warn
from masksearch.diagnosis.runs import RunState
from masksearch.run_folder import RunFolder
from masksearch.stages import DAPO, INDEX, PASSAGES, SFT, TASKS
from training.config import SftConfig

KEY = "sk-a-very-secret-key"
PYTHON = [sys.executable, "-c"]


@pytest.fixture
def known_machine(monkeypatch):
    """Torch has been looked at: it takes seconds and is not what the test is about."""
    monkeypatch.setattr(machine, "machine_findings", lambda: [ok("torch", "2.13.0")])


@pytest.fixture
def with_assets(cli, assets_home):
    """A home with the demo's assets in it."""
    Path("home").mkdir()
    for asset in (DUMP, MODEL):
        Path("home", asset.file_name).symlink_to(assets_home / asset.file_name)


def of(ran, name: str) -> list[dict]:
    return [finding for finding in ran.json["findings"] if finding["name"] == name]


def test_a_machine_on_which_all_is_there(cli, with_assets):
    ran = cli("doctor", "--json")
    assert ran.json["ok"] is True and ran.err == ""
    [python], [torch], [packages] = of(ran, "python"), of(ran, "torch"), of(ran, "packages")
    assert sys.executable in python["said"] and torch["state"] == packages["state"] == "ok"
    assert of(ran, "data type")[0]["said"].startswith(("bfloat16", "float32"))
    assert of(ran, "gpu") and len(of(ran, "disk")) == 2 and of(ran, "prompts")
    assert ran.json["next"][-1]["command"] == "masksearch demo"


def test_lines_begin_with_a_state_and_end_with_what_to_do(cli, known_machine):
    ran = cli("doctor", code=1)
    lines, _, steps = ran.out.partition("\nWhat to do next:\n")
    assert {line.split()[0] for line in lines.splitlines()} <= set(State)
    assert "missing  assets     the demo's dump is not, the demo's model is not in" in lines
    assert steps.splitlines()[0] == "  1. masksearch assets get   (assets: missing)"
    assert "2. masksearch demo" in steps


def test_a_damaged_asset_is_found(cli, known_machine, with_assets):
    path = Path("home", MODEL.file_name)
    path.unlink()
    path.write_bytes(b"half a model")
    assert "model is damaged" in of(cli("doctor", "--json", code=1), "assets")[0]["said"]


def test_a_torch_that_cannot_be_imported_is_a_finding(cli, with_assets, tmp_path, monkeypatch):
    broken = tmp_path / "broken" / "torch"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise OSError('libtorch.so: no such file')")
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(broken.parent), os.environ["PYTHONPATH"]])
    )
    ran = cli("doctor", "--json", code=1)
    [torch] = of(ran, "torch")
    assert torch["state"] == "missing" and "OSError: libtorch.so: no such file" in torch["said"]
    assert ran.json["next"][0]["command"] == torch["fix"]


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os; os.abort()", "killed by signal 6"),
        ("import sys; sys.exit(3)", "ended with code 3"),
        ("print('hello')", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_a_torch_that_takes_its_process_with_it_is_a_finding(program, said):
    [finding] = machine_findings([*PYTHON, program])
    assert finding.state is State.MISSING and said in finding.said


def test_a_torch_that_hangs_is_a_finding(monkeypatch):
    monkeypatch.setattr(machine, "_LIMIT_SECONDS", 0.3)
    [finding] = machine_findings([*PYTHON, "import time; time.sleep(60)"])
    assert "within 0.3 s" in finding.said


@pytest.mark.parametrize(
    ("cuda", "gpus", "driver", "state", "said"),
    [
        ("", [], False, State.OK, "none"),
        ("", [], True, State.WARN, "for processors only"),
        ("12.8", [], True, State.WARN, "cannot use the NVIDIA driver"),
        ("12.8", ["NVIDIA H100, 80 GB"], True, State.OK, "NVIDIA H100, 80 GB"),
    ],
)
def test_a_gpu_that_this_torch_cannot_use_is_told(monkeypatch, cuda, gpus, driver, state, said):
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/nvidia-smi" if driver else None)
    facts = {"torch": "2.13.0", "cuda": cuda, "rocm": "", "gpus": gpus, "bfloat16": True}
    _, gpu, _ = machine_findings([*PYTHON, f"import json; print(json.dumps({facts}))"])
    assert gpu.state is state and said in gpu.said


def test_keys_are_told_as_set_and_never_shown(cli, known_machine, with_assets, monkeypatch):
    with serving(FakeEndpoint()) as served:
        secret = served.url.replace("http://", "http://me:my-password@") + "?token=my-token"
        monkeypatch.setenv("MASKSEARCH_BASE_URL", served.url)
        monkeypatch.setenv("MASKSEARCH_MODEL", "fake")
        monkeypatch.setenv("MASKSEARCH_API_KEY", KEY)
        monkeypatch.setenv("MASKSEARCH_JUDGE_BASE_URL", secret)
        monkeypatch.setenv("MASKSEARCH_OBSERVER_API_KEY", f"{KEY}\nx")
        shown = [cli("doctor", *more, code=code) for more, code in [
            ([], 0), (["--json"], 0), (["--endpoints"], 1), (["--endpoints", "--json"], 1),
        ]]  # fmt: skip
    for ran in shown:
        assert all(one not in ran.out + ran.err for one in (KEY, "my-password", "my-token"))
    common, observer, judge = of(shown[1], "endpoint")
    assert (
        f"planner, rewriter, agent, extractor: {served.url}, model fake, key set (not"
        in common["said"]
    )
    assert f"judge: {served.url}, model fake, key not set" in judge["said"]
    common, observer, judge = of(shown[3], "endpoint")
    assert common["state"] == "ok" and "answers, and has the model" in common["said"]
    assert observer["state"] == "missing" and "MASKSEARCH_OBSERVER_API_KEY" in observer["fix"]


def test_nothing_is_asked_unless_told(cli, known_machine, with_assets, monkeypatch):
    with serving(FakeEndpoint()) as served:
        monkeypatch.setenv("MASKSEARCH_BASE_URL", served.url)
        monkeypatch.setenv("MASKSEARCH_MODEL", "fake")
        cli("doctor")
        assert served.keys == []
        cli("doctor", "--endpoints")
        assert served.keys == [""]


def test_settings_that_are_wrong_are_a_finding(cli, known_machine, monkeypatch):
    monkeypatch.setenv("MASKSEARCH_TIMEOUT_SECONDS", "soon")
    [settings] = of(cli("doctor", "--json", code=1), "settings")
    assert "MASKSEARCH_TIMEOUT_SECONDS" in settings["said"]
    monkeypatch.delenv("MASKSEARCH_TIMEOUT_SECONDS")
    monkeypatch.setenv("MASKSEARCH_JUDGE", "gpt-4o")
    [settings] = of(cli("doctor", "--json", code=1), "settings")
    assert "judge" in settings["said"] and "MASKSEARCH_JUDGE_MODEL" in settings["said"]
    monkeypatch.delenv("MASKSEARCH_JUDGE")
    Path(".env").write_bytes(b"MASKSEARCH_API_KEY=\xff\xfe")
    [settings] = of(cli("doctor", "--json", code=1), "settings")
    assert "cannot read .env" in settings["said"]


def test_own_prompts_are_told_and_checked(cli, known_machine, with_assets):
    cli("prompts", "init")
    Path("prompts/judge/v1.md").unlink()
    [prompts] = of(cli("doctor", "--json"), "prompts")
    told = prompts["said"].replace(":", ",").split(", ")
    assert "agent" in told and "judge" not in told
    Path("prompts/agent/v1.md").write_text("no front matter")
    [prompts] = of(cli("doctor", "--json", code=1), "prompts")
    assert prompts["fix"] == "masksearch prompts check"
    assert "no such folder" in cli("doctor", "--prompts", "nowhere", code=2).err


def test_a_run_is_told_as_far_as_it_is(cli, known_machine, with_assets, built):
    shutil.copytree(built / "tasks", "runs/mine")
    ran = cli("doctor", "--json")
    assert "as far as `ramp build`, without a trained model" in of(ran, "run")[0]["said"]
    assert ran.json["next"] == [
        {"command": "masksearch synth run --run runs/mine", "purpose": "the run goes on"}
    ]
    with RunFolder(Path("runs/mine")).writing():
        ran = cli("doctor", "--json")
        assert f"in use by process {os.getpid()}" in of(ran, "run")[0]["said"]
        assert ran.json["next"] == []
    Path("runs/mine/04-tasks/manifest.json").write_text("{")
    [run] = of(cli("doctor", "--json", "--run", "runs/mine"), "run")
    assert run["state"] == "warn" and "manifest.json" in run["said"]


def test_a_trained_run_can_be_asked_even_while_it_goes_on(cli, known_machine, with_assets):
    run = RunFolder(Path("runs/a b"))
    run.describe(SftConfig(), {})
    run.stage(SFT).begin({}, SftConfig())
    finish(run.stage(SFT))
    with run.writing():
        [step] = cli("doctor", "--json").json["next"]
    assert step["command"] == (
        "masksearch ask 'Albert Einstein was born in [mask].' --run 'runs/a b'"
    )


def test_a_run_that_rewarded_a_foreign_model_is_not_sent_back_to_earlier_stages(
    cli, known_machine, with_assets
):
    run = RunFolder(Path("runs/mine"))
    run.describe(SftConfig(), {})
    run.stage(DAPO).begin({}, SftConfig())
    finish(run.stage(DAPO))
    ran = cli("doctor", "--json")
    assert "as far as `train dapo`, with a trained model" in of(ran, "run")[0]["said"]
    assert "synth run" not in str(ran.json["next"])
    assert any(step["command"].startswith("masksearch ask") for step in ran.json["next"])


def test_a_foreign_models_training_goes_on_with_that_model(cli, known_machine, with_assets):
    run = RunFolder(Path("runs/mine"))
    run.describe(SftConfig(), {})
    for name in (PASSAGES, INDEX, TASKS):
        run.stage(name).begin({}, SftConfig())
        finish(run.stage(name))
    run.stage(DAPO).begin({}, SftConfig())
    run.stage(DAPO).note(start="qwen")
    [step] = cli("doctor", "--json").json["next"]
    assert step["command"] == "masksearch train dapo --model qwen --run runs/mine"


def test_a_run_that_is_not_there_is_refused(cli, known_machine, with_assets):
    RunFolder(Path("runs/mine")).describe(SftConfig(), {})
    said = cli("doctor", "--run", "runs/mien", code=2).err
    assert "no run folder at runs/mien" in said and "there is runs/mine" in said
    assert not Path("runs/mien").exists()


def test_what_is_missing_comes_first_and_nothing_twice():
    findings = [warn("a", "a", "later"), missing("b", "b", "first"), missing("b", "b", "first")]
    run = RunState(Path("r"), "", "masksearch export", "", has_model=False)
    commands = [step.command for step in next_steps([*findings, ok("c", "c")], [run])]
    assert commands == ["first", "later", "masksearch export"]
