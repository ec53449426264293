"""What `masksearch doctor` finds out without torch."""

import asyncio
from importlib.metadata import requires
from pathlib import Path

import pytest
from fake_endpoint import FakeEndpoint, Fault, serving
from packaging.requirements import Requirement

from masksearch.diagnosis import places
from masksearch.diagnosis.endpoints import endpoint_findings, reached
from masksearch.diagnosis.finding import State
from masksearch.diagnosis.packages import (
    CONSTRAINTS,
    installed_version,
    needed_finding,
    of_extra,
    package_findings,
    python_finding,
)
from masksearch.diagnosis.places import assets_finding, disk_finding
from masksearch.settings import Endpoint, Settings

NOWHERE = Path("/no/constraints.txt")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_what_this_environment_has_is_enough():
    assert python_finding().state is State.OK
    found = {finding.name: finding for finding in package_findings()}
    assert found["packages"].state is State.OK and "studio" in found["extras"].said


def test_extras_are_told_apart():
    wanted = [Requirement(line) for line in requires("masksearch")]
    plain, train = ({one.name for one in of_extra(wanted, extra)} for extra in ("", "train"))
    assert "langgraph" in plain and "torch" in train
    assert not plain & train and "ruff" not in plain | train


@pytest.mark.parametrize(
    ("found", "state", "said"),
    [
        (None, State.MISSING, "trl is not installed"),
        ("0.9", State.MISSING, "trl 0.9 is not <1.17,>=1.16"),
        ("1.17.0", State.MISSING, "trl 1.17.0 is not"),
        ("", State.MISSING, "trl  is not"),
        ("1.16.2+cpu", State.OK, "1 needed"),
        ("1.16.1rc1", State.OK, "1 needed"),
    ],
)
def test_a_package_that_lacks_or_is_out_of_range(found, state, said):
    wanted = [Requirement('trl<1.17,>=1.16; extra == "train"')]
    finding = needed_finding(wanted, lambda _: found, NOWHERE)
    assert finding.state is state and said in finding.said
    assert finding.fix.endswith("-m pip install 'trl<1.17,>=1.16'") or state is State.OK


def test_other_versions_than_in_the_constraints_are_told(tmp_path):
    pins = tmp_path / "constraints.txt"
    pins.write_text("# a set that fits together\nnumpy==1.0.0\nruff==0.0.1\n\ntyper==999\n")
    found = {finding.name: finding for finding in package_findings(constraints=pins)}
    here = installed_version("numpy")
    assert found["versions"].state is State.WARN
    assert f"numpy {here} (tried with ==1.0.0), typer" in found["versions"].said
    assert "ruff" not in found["versions"].said  # not needed
    assert found["versions"].fix.endswith(f"-m pip install -c {pins} numpy==1.0.0 typer==999")


def test_the_constraints_of_a_checkout_are_found():
    assert CONSTRAINTS.is_file()


def test_more_faults_than_can_be_named_are_counted():
    finding = package_findings(lambda _: None)[0]
    assert finding.said.count("is not installed") == 4 and " more" in finding.said


def test_a_home_without_assets_says_how_to_fetch_them(tmp_path):
    finding = assets_finding(tmp_path)
    assert (finding.state, finding.fix) == (State.MISSING, "masksearch assets get")


def test_a_python_without_pip_cannot_fetch_them(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "find_spec", lambda _: None)
    assert "ensurepip" in assets_finding(tmp_path).fix


def test_free_space_is_that_of_the_nearest_folder_that_exists(tmp_path):
    wanted = tmp_path / "runs" / "x"
    assert disk_finding("disk", wanted, 0).state is State.OK and not wanted.parent.exists()
    scarce = disk_finding("disk", wanted, 10**18)
    assert scarce.state is State.WARN and "takes up to" in scarce.said


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        ("https://me:secret@host:8000/v1?key=secret#secret", "https://host:8000/v1"),
        ("http://[::1]:1/v1", "http://[::1]:1/v1"),
        ("host/v1", ""),
        ("file:///etc/passwd", ""),
        ("http://host:notaport/v1", ""),
        ("http://[broken/v1", ""),
    ],
)
def test_an_address_is_shown_without_what_is_secret(base_url, shown):
    assert Endpoint(base_url=base_url).address == shown


def test_nothing_set_is_fine_until_it_is_asked_for():
    [unasked], [asked] = (endpoint_findings(Settings(), reach=reach) for reach in (False, True))
    assert (unasked.state, asked.state) == (State.OK, State.MISSING)
    assert "MASKSEARCH_BASE_URL" in asked.fix


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("BASE_URL", "http://127.0.0.1:1/v1", "check MASKSEARCH_MODEL in"),
        ("MODEL", "m", "check MASKSEARCH_BASE_URL in"),
        ("API_KEY", "k", "check MASKSEARCH_BASE_URL, MASKSEARCH_MODEL in"),
        ("JUDGE_MODEL", "m", "check MASKSEARCH_JUDGE_BASE_URL in"),
    ],
)
def test_half_an_endpoint_is_told(monkeypatch, name, value, fix):
    monkeypatch.setenv(f"MASKSEARCH_{name}", value)
    [finding] = endpoint_findings(Settings(), reach=False)
    assert finding.state is State.WARN and finding.fix.startswith(fix)


@pytest.mark.parametrize(
    ("models", "state", "said"),
    [
        (["fake"], State.OK, "has the model"),
        (["another"], State.WARN, "does not list"),
        (Fault(200, "<html>"), State.WARN, "not with a list"),
        (Fault(200, "[]"), State.WARN, "not with a list"),
        (Fault(404), State.WARN, "404"),
        (Fault(401), State.MISSING, "refuses the key (401)"),
        (Fault(500), State.MISSING, "status 500"),
    ],
)
def test_an_endpoint_is_told_as_it_answers(models, state, said):
    with serving(FakeEndpoint(models=models)) as served:
        found = asyncio.run(reached(Endpoint(base_url=served.url, model="fake")))
    assert found.state is state and said in found.said


def test_an_endpoint_that_answers_late():
    with serving(FakeEndpoint(models=Fault(200, delay=1.0))) as served:
        endpoint = Endpoint(base_url=served.url, model="fake")
        found = asyncio.run(reached(endpoint, timeout_seconds=0.2))
    assert found.state is State.MISSING and "within 0.2 s" in found.said


def test_an_endpoint_that_is_not_there():
    found = asyncio.run(reached(Endpoint(base_url="http://127.0.0.1:9/v1", model="m")))
    assert found.state is State.MISSING and "cannot be reached" in found.said


@pytest.mark.parametrize("key", ["a\nb", "schlüssel", "\udcff"])
def test_a_key_that_cannot_be_sent_is_not_shown(key):
    with serving(FakeEndpoint()) as served:
        found = asyncio.run(reached(Endpoint(base_url=served.url, model="fake", api_key=key)))
    assert found.state is State.MISSING and key not in found.said
