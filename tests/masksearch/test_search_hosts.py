"""Who may be called by which name: a page of the web must not reach a server on loopback."""

import pytest
from starlette.responses import PlainTextResponse

from masksearch.errors import ConfigError
from masksearch.search.server.hosts import ExpectedHosts, HostGuard, in_url, is_loopback

LOOPBACK = (
    "127.0.0.1", "127.8.9.1", "localhost", "LocalHost", "localhost.", "a.localhost", "ip6-localhost", "::1",
    "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1",
)  # fmt: skip
ELSEWHERE = (
    "", "0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "fe80::1", "::2", "::ffff:10.0.0.1",
    "127.0.0.1.evil.com", "localhost.evil.com", "evil.com", "notlocalhost", "1.0.0.127",
)  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK)
def test_what_is_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_what_is_not(host):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("::1", "[::1]"), ("[::1]", "[::1]"), ("127.0.0.1", "127.0.0.1"), ("Node-7", "node-7")],
)
def test_a_host_in_a_url(host, shown):
    assert in_url(host) == shown


@pytest.mark.parametrize("bound", ["127.0.0.1", "127.0.1.1", "::1"])
def test_a_server_on_loopback_answers_to_its_own_names_alone(bound):
    hosts = ExpectedHosts(bound)
    for name in ("localhost", "LOCALHOST:80", "127.0.0.1:8000", "[::1]:9", "[::1]", "127.5.0.1"):
        assert hosts.expect(name), name
    for name in (
        "evil.com", "evil.com:8000", "127.0.0.1.evil.com", "localhost.evil.com", "10.0.0.1:8000",
        "0.0.0.0:8000", "node-7", "", " ", "localhost@evil.com", "evil.com#localhost", "[::1",
        "::1", "localhost:80:80", "localhost/evil", "*", "\x00", "é.com",
    ):  # fmt: skip
        assert not hosts.expect(name), name


def test_a_server_for_others_answers_to_what_nobody_can_rebind(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Node7.Cluster.example")
    hosts = ExpectedHosts("0.0.0.0")
    for name in ("10.0.0.7:8000", "[fe80::1]:8000", "node-7", "node7.cluster.example", "localhost"):
        assert hosts.expect(name), name
    assert not hosts.expect("evil.com")


def test_further_names_can_be_allowed():
    hosts = ExpectedHosts("127.0.0.1", ["Search.example", "10.0.0.7", "fe80::1"])
    for name in ("search.example:8000", "SEARCH.EXAMPLE.", "10.0.0.7", "[fe80::1]:80"):
        assert hosts.expect(name), name
    assert not hosts.expect("other.example") and not hosts.expect("a.search.example")
    assert ExpectedHosts("127.0.0.1", ["*"]).expect("evil.com")


@pytest.mark.parametrize("name", ["", "http://a.example", "a.example:80", "a b", "a/b", "[::1]:8"])
def test_a_name_that_no_host_has_is_refused(name):
    with pytest.raises(ConfigError, match="no host has the name"):
        ExpectedHosts("127.0.0.1", [name])


@pytest.mark.parametrize("hosts", [["localhost", "evil.com"], ["evil.com", "localhost"], []])
async def test_each_host_of_a_request_must_be_ours(hosts):
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"host", name.encode()) for name in hosts]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    await HostGuard(PlainTextResponse("ours"), ExpectedHosts())(scope, None, send)
    assert sent[0]["status"] == 421
