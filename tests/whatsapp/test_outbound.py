"""Whether a request that failed can have arrived: the difference between a retry and a message sent twice."""

import asyncio
import socket

import pytest

from app.core.outbound import NotSent, OutcomeUnknown, exchange, open_client
from tests.whatsapp.listener import HANG_UP, listening


@pytest.fixture(scope="module")
async def client():
    async with open_client() as client:
        yield client


async def test_an_answer_of_any_status_is_an_answer(client):
    async with listening(lambda _: (503, b"later")) as server:
        response = await exchange(client, client.build_request("POST", server.url, content=b"{}"))
        assert (response.status_code, response.content) == (503, b"later")


async def test_a_refused_connection_was_not_sent(client):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(NotSent, match=r"POST 127\.0\.0\.1"):
            await exchange(client, client.build_request("POST", url, content=b"{}"))


async def test_a_name_that_nobody_has_was_not_sent(client):
    with pytest.raises(NotSent):
        await exchange(client, client.build_request("POST", "http://nowhere.invalid/", content=b"{}"))


async def test_a_scheme_that_nobody_speaks_was_not_sent(client):
    with pytest.raises(NotSent):
        await exchange(client, client.build_request("POST", "gopher://127.0.0.1/", content=b"{}"))


async def test_no_free_connection_in_time_was_not_sent():
    async with open_client(connections=1) as client, listening(lambda _: (200, {}), pause=0.5) as server:
        busy = client.build_request("POST", server.url, content=b"1")
        waiting = client.build_request("POST", server.url, content=b"2", timeout=0.1)
        waiting.extensions["timeout"] |= {"read": 5.0}
        first = asyncio.create_task(exchange(client, busy))
        await asyncio.sleep(0.05)
        with pytest.raises(NotSent):
            await exchange(client, waiting)
        assert (await first).status_code == 200
        assert [request.body for request in server.heard] == [b"1"]


async def test_silence_after_the_request_leaves_it_open(client):
    async with listening(lambda _: (200, {}), pause=0.5) as server:
        with pytest.raises(OutcomeUnknown):
            await exchange(client, client.build_request("POST", server.url, content=b"{}", timeout=0.1))
        assert len(server.heard) == 1


async def test_a_connection_lost_after_the_request_leaves_it_open(client):
    async with listening(lambda _: HANG_UP) as server:
        with pytest.raises(OutcomeUnknown):
            await exchange(client, client.build_request("POST", server.url, content=b"{}"))
        assert [request.body for request in server.heard] == [b"{}"]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", b"SSH-2.0-OpenSSH_9.6\r\n\r\n"])
async def test_an_answer_that_cannot_be_read_leaves_it_open(client, answer):
    async with listening(lambda _: answer) as server:
        with pytest.raises(OutcomeUnknown):
            await exchange(client, client.build_request("POST", server.url, content=b"{}"))


async def test_a_connection_is_kept_and_a_post_is_never_repeated(client):
    answers = iter([(200, {}), (200, {}), HANG_UP, (200, {})])
    async with listening(lambda _: next(answers)) as server:
        for _ in range(2):
            await exchange(client, client.build_request("POST", server.url, content=b"{}"))
        assert server.connections == 1
        with pytest.raises(OutcomeUnknown):
            await exchange(client, client.build_request("POST", server.url, content=b"{}"))
        assert len(server.heard) == 3
