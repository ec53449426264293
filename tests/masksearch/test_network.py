"""How addresses are reached: proxies, certificates, loopback."""

from pathlib import Path

import certifi
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surroundings import DEAD, surroundings

from masksearch.diagnosis.finding import State
from masksearch.diagnosis.network import network_findings
from masksearch.errors import ConfigError
from masksearch.network import proxies
from masksearch.network.addresses import address_fault, is_loopback
from masksearch.network.certificates import tls_context
from masksearch.network.proxies import parsed_proxy, proxy_for
from masksearch.network.transports import transport_to

FAR = httpx.URL("http://far.example/v1")
PASSWORD = "hunter2-secret"


@pytest.fixture
def env(monkeypatch):
    return surroundings(monkeypatch)


def proxy_of(url):
    found = proxy_for(httpx.URL(url))
    return found and str(found.url)


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("http://proxy:3128", "http://proxy:3128"),
        ("HTTP://proxy:3128/", "http://proxy:3128/"),
        ("proxy:3128", "http://proxy:3128"),
        ("//proxy:3128", "http://proxy:3128"),
        ("  proxy:3128\n", "http://proxy:3128"),
        ("proxy", "http://proxy"),
        ("[::1]:3128", "http://[::1]:3128"),
        ("me:secret@proxy:3128", "http://me:secret@proxy:3128"),
        ("http://me:s%40crt@proxy:3128", "http://me:s%40crt@proxy:3128"),
        ("https://proxy:3128", "https://proxy:3128"),
        ("socks5://proxy:1080", "socks5://proxy:1080"),
        ("socks5h://me:secret@proxy", "socks5h://me:secret@proxy"),
        ("socks://proxy:1080", "socks5://proxy:1080"),
    ],
)
def test_a_proxy_is_read_in_every_spelling(value, url):
    assert str(parsed_proxy("http_proxy", value).url) == url


@pytest.mark.parametrize(
    "value",
    [
        "socks4://proxy:1080",
        "ftp://proxy",
        "http:/proxy:3128",
        "http//proxy:3128",
        "proxy:port",
        "http://xn--a:3128",
        "proxy:99999",
        "proxy:0",
        "http://",
        "://",
        "http://::1:3128",
        "http://[::1",
        "not a proxy",
        '"http://proxy:3128"',
        "http://proxy:3128/path?query",
        f"http://me:{PASSWORD}@proxy:port",
        f"me:{PASSWORD}@",
        f"http://me:a/{PASSWORD}@proxy:3128",
        f"ftp://me:{PASSWORD}#@proxy",
        "\x07",
    ],
)
def test_what_is_no_proxy_names_its_variable_and_no_password(value):
    with pytest.raises(ConfigError, match=r"^https_proxy=.* names no proxy") as caught:
        parsed_proxy("https_proxy", value)
    assert PASSWORD not in str(caught.value)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["", "http://", "socks"]))
def test_any_value_is_a_proxy_or_one_typed_error(text, scheme):
    try:
        assert parsed_proxy("all_proxy", scheme + text).url.host
    except ConfigError as error:
        assert str(error).startswith("all_proxy=")


def test_socks_without_its_package_says_what_to_install_or_unset(monkeypatch):
    monkeypatch.setattr(proxies, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"pip install 'httpx\[socks\]', or unset ALL_PROXY"):
        parsed_proxy("ALL_PROXY", "socks5://proxy:1080")


@pytest.mark.parametrize(
    ("given", "http", "https"),
    [
        ({}, None, None),
        ({"http_proxy": "a"}, "http://a", None),
        ({"HTTP_PROXY": "a", "HTTPS_PROXY": "b"}, "http://a", "http://b"),
        ({"http_proxy": "a", "HTTP_PROXY": "b"}, "http://a", None),
        ({"http_proxy": "", "HTTP_PROXY": "b"}, None, None),
        ({"http_proxy": " ", "all_proxy": "c"}, "http://c", "http://c"),
        ({"ALL_PROXY": "c", "https_proxy": "b"}, "http://c", "http://b"),
        ({"all_proxy": "c", "no_proxy": "*"}, None, None),
    ],
)
def test_which_variable_is_taken(env, given, http, https):
    env(**given)
    assert (proxy_of("http://far.example"), proxy_of("https://far.example")) == (http, https)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "api.localhost",
        "localhost.",
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "127.1",
        "2130706433",
        "localhost4",
        "localhost6.localdomain6",
    ],
)
def test_this_machine_is_always_reached_directly(env, host):
    env(http_proxy=DEAD, https_proxy="gar bage", all_proxy="socks4://x", no_proxy="far.example")
    assert is_loopback(httpx.URL(f"http://{host}:8000").host)
    assert proxy_of(f"http://{host}:8000/v1") is proxy_of(f"https://{host}/v1") is None


@pytest.mark.parametrize("host", ["localhost.example", "notlocalhost", "128.0.0.1", "[::2]"])
def test_another_machine_is_not_this_one(env, host):
    env(all_proxy=DEAD)
    assert proxy_of(f"http://{host}/v1") == DEAD


@pytest.mark.parametrize(
    ("entries", "direct"),
    [
        ("far.example", True),
        ("FAR.example, other", True),
        ("example", True),
        (".example", True),
        ("*.example", True),
        ("other far.example:80", True),
        ("far.example:81", False),
        ("http://far.example", True),
        ("ar.example", False),
        ("far.example.org", False),
        (",, ,", False),
        ("http://[broken", False),
        ("far.*", True),
        ("*.exa?ple:80", True),
        ("far.example.", True),
        ("x;far.example", True),
        ("http://far.example:80/", True),
    ],
)
def test_no_proxy_names_hosts_and_their_domains(env, entries, direct):
    env(all_proxy=DEAD, no_proxy=entries)
    assert (proxy_for(FAR) is None) is direct


@pytest.mark.parametrize(
    ("entry", "direct"),
    [
        ("10.1.2.3", True),
        ("10.0.0.0/8", True),
        ("10.1.2.3:8000", True),
        ("11.0.0.0/8", False),
        ("fd00::/8", False),
        ("10.*", True),
        ("10.1.*:8000", True),
        ("10.0.0.0/8:8000", True),
        ("10.2.*", False),
    ],
)
def test_no_proxy_names_networks(env, entry, direct):
    env(all_proxy=DEAD, no_proxy=entry)
    assert (proxy_of("http://10.1.2.3:8000") is None) is direct
    env(no_proxy="[fd00::]/8,[fe80::1]:80")
    assert proxy_of("http://[fd00::1]:8000") is proxy_of("http://[fe80::1]") is None


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://127.0.0.1:8000/v1", ""),
        ("https://me:secret@far.example/v1", ""),
        ("http://[::1]:8000/v1", ""),
        ("http://münchen.example", ""),
        ("http://::1:8000/v1", "brackets"),
        ("http://::1/v1", "brackets"),
        ("http://fe80::1:8000", "brackets"),
        ("http://2001:db8::1/v1", "brackets"),
        ("[::1]:8000", "like http://127"),
        ("http://[::1", "like http://127"),
        ("http://[zz]", "like http://127"),
        ("localhost:8000", "like http://127"),
        ("far.example/v1", "like http://127"),
        ("http://far.example:port", "like http://127"),
        ("http://far.example:99999", "like http://127"),
        ("http://far example", "like http://127"),
        ("http://far\x07.example", "like http://127"),
        ("http:///v1", "like http://127"),
        ("ftp://far.example", "like http://127"),
        ("", "like http://127"),
    ],
)
def test_what_is_wrong_with_an_address(url, fault):
    assert fault in address_fault(url) and bool(address_fault(url)) is bool(fault)


@pytest.fixture
def wrong_certificates(tmp_path):
    """Ways in which a variable of certificates can be wrong."""
    (tmp_path / "empty.pem").touch()
    (tmp_path / "note.pem").write_text("not a certificate\n")
    (tmp_path / "folder").mkdir()
    names = ("missing.pem", "empty.pem", "note.pem", "folder")
    return [str(tmp_path / name) for name in names]


@pytest.mark.parametrize(
    "name", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
)
def test_wrong_certificates_name_their_variable_where_they_are_needed(
    env, wrong_certificates, name
):
    for path in wrong_certificates:
        env(**{name: path})
        with pytest.raises(ConfigError, match=f"^{name}={path}: .*or unset it"):
            transport_to(httpx.URL("https://127.0.0.1:9"))
        assert transport_to(httpx.URL("http://127.0.0.1:9"))
        [finding] = network_findings()
        assert finding.state is State.WARN and finding.fix == f"correct or unset {name}"


def test_certificates_are_those_of_the_first_variable(env, tmp_path):
    known = len(tls_context().get_ca_certs())
    one = tmp_path / "one.pem"
    bundle = Path(certifi.where()).read_text()
    one.write_text(bundle[: bundle.index("-----END") + len("-----END CERTIFICATE-----\n")])
    env(SSL_CERT_FILE=" ", REQUESTS_CA_BUNDLE=str(one), CURL_CA_BUNDLE="/missing")
    assert known > len(tls_context().get_ca_certs()) == 1
    taken, unused = network_findings()
    assert taken.said == f"REQUESTS_CA_BUNDLE={one}" and "not used" in unused.said


def test_what_is_set_is_told_without_passwords(env):
    assert [finding.said for finding in network_findings()] == [
        "no proxy is set, and no certificates"
    ]
    env(http_proxy=f"me:{PASSWORD}@proxy:3128", HTTP_PROXY="other", NO_PROXY="a,b", https_proxy="")
    said = [finding.said for finding in network_findings()]
    assert said == [
        "http_proxy=***@proxy:3128 (never for this machine itself)",
        "HTTP_PROXY=other (not used: http_proxy goes before it)",
        "https_proxy is empty: no proxy",
        "NO_PROXY=a,b",
    ]
    env(https_proxy=f"http://me:{PASSWORD}@proxy:port")
    wrong = network_findings()[2]
    assert wrong.state is State.WARN and PASSWORD not in wrong.said + wrong.fix
