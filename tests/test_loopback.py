"""Nothing leaves the machine while tests run."""

import socket
import subprocess
import sys

import httpx
import loopback
import pytest

ELSEWHERE = "192.0.2.1"  # reserved for documentation: nobody is there


@pytest.fixture
def expected():
    """Refusals are what these tests are about."""
    yield loopback.attempts
    loopback.attempts.clear()


def test_an_address_elsewhere_is_refused(expected):
    with socket.socket() as one, pytest.raises(loopback.LeftLoopback, match=ELSEWHERE):
        one.connect((ELSEWHERE, 80))
    with socket.socket() as one, pytest.raises(loopback.LeftLoopback):
        one.connect_ex((ELSEWHERE, 80))
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(loopback.LeftLoopback):
        one.sendto(b"?", (ELSEWHERE, 53))
    assert expected == [ELSEWHERE] * 3


def test_a_name_elsewhere_is_not_even_looked_up(expected):
    for look_up in (socket.gethostbyname, lambda name: socket.getaddrinfo(name, 443)):
        with pytest.raises(loopback.LeftLoopback, match=r"wiki\.example"):
            look_up("wiki.example")


async def test_async_clients_are_refused_too(expected):
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://wiki.example/")
    assert expected


def test_child_processes_are_refused_too():
    program = f"import socket; socket.create_connection(({ELSEWHERE!r}, 80), timeout=5)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1 and "tests stay on loopback" in done.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.9.9.9"])
def test_loopback_is_free(host):
    with socket.create_server(("127.0.0.1" if host == "localhost" else host, 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()


@pytest.mark.parametrize("host", ["::1", b"localhost", None, "127.0.0.1"])
def test_knows_this_machine(host):
    assert loopback.is_ours(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "wiki.example", "fe80::1%eth0", b"x.example"])
def test_knows_what_is_elsewhere(host):
    assert not loopback.is_ours(host)
