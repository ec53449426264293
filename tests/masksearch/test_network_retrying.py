import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masksearch.network.breaker import Breaker
from masksearch.network.retrying import retry_after


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        (
            {
                "retry-after": "Wed, 21 Oct 2015 07:28:30 GMT",
                "date": "Wed, 21 Oct 2015 07:28:00 GMT",
            },
            30.0,
        ),
    ],
)
def test_when_a_server_wants_to_be_asked_again(headers, seconds):
    assert retry_after(headers) == seconds


def test_a_date_without_the_servers_own_is_told_by_our_clock():
    found = retry_after({"retry-after": formatdate(time.time() + 60, usegmt=True)})
    assert found is not None and 58 <= found <= 60


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text()))
def test_whatever_a_header_holds_is_a_wait_or_none(headers):
    found = retry_after(headers)
    assert found is None or found >= 0


def test_calls_that_were_under_way_make_no_rest_longer():
    breaker = Breaker(2, 10, growth=2, clock=lambda: 0.0)
    for _ in range(8):
        breaker.failed("a")
    assert breaker.left() == 10


def test_each_rest_is_longer_until_the_server_works():
    now = [0.0]
    breaker = Breaker(2, 10, growth=2, longest=30, clock=lambda: now[0])
    breaker.failed("a")
    assert breaker.left() == 0
    rests = []
    for _ in range(4):
        breaker.failed("b")
        rests.append(breaker.left())
        now[0] += breaker.left()
        assert breaker.left() == 0 < breaker.left()  # one trial, and the others wait
    assert rests == [10, 20, 30, 30] and breaker.seconds_failing == 90
    breaker.worked()
    assert breaker.left() == 0 == breaker.seconds_failing
