"""Direct calls between actors: both ends over real sockets, without Ray."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from actors.direct_calls import _ANSWER, _HEAD, PING, Address, DirectCaller, DirectServer, _Calling
from engine.errors import FieldProblem, MasteriaError, NotOwner, StorageAway, TooManyAttempts, Unavailable
from masteria.processes import free_port

Handler = Callable[[bytes], Awaitable[bytes | int | None]]


async def reverse(blob: bytes) -> bytes:
    return blob[::-1]


def named(handler: Handler) -> Handler:
    """Return an actor's method ``ask``."""

    async def ask(blob: bytes) -> bytes | int | None:
        return await handler(blob)

    return ask


class Called:
    """An actor that may be replaced by another incarnation, as Ray would find it."""

    def __init__(self) -> None:
        self.address: Address | None = None
        self.asked = 0
        self.through_ray: list[bytes] = []

    async def find(self) -> Address:
        self.asked += 1
        await asyncio.sleep(0)
        if self.address is None:
            raise Unavailable("it is restarting")
        return self.address

    async def ray(self, method: str, blob: bytes, timeout_s: float) -> bytes:
        self.through_ray.append(blob)
        return b"by ray"

    @contextlib.asynccontextmanager
    async def incarnation(self, handler: Handler) -> AsyncIterator[DirectServer]:
        server = DirectServer(named(handler))
        self.address = await server.open("127.0.0.1")
        yield server
        self.address = None
        await server.close()

    def caller(self) -> DirectCaller:
        return DirectCaller(self.find, self.ray)


async def test_calls_are_answered_each_with_its_own_in_any_order() -> None:
    gates = {b"%d" % number: asyncio.Event() for number in range(20)}

    async def wait(blob: bytes) -> bytes:
        await gates[blob].wait()
        return b"for " + blob

    called = Called()
    async with called.incarnation(wait):
        caller = called.caller()
        calls = {name: asyncio.create_task(caller.call("ask", name, 5.0)) for name in gates}
        for name in reversed(gates):
            gates[name].set()
            assert await calls[name] == b"for " + name
        assert called.asked == 1, "the first calls share one attempt to connect"
        caller.close()


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_large_body_goes_both_ways(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def both_ways() -> None:
        called = Called()
        async with called.incarnation(reverse):
            caller = called.caller()
            blob = bytes(range(256)) * 40_000
            assert await caller.call("ask", blob, 10.0) == blob[::-1]
            assert await caller.call("ask", b"", 5.0) == b""
            caller.close()
        assert called.through_ray == []

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(both_ways())


@pytest.mark.parametrize(("returned", "arrives"), [(12, b"12"), (0, b"0"), (None, b""), (b"\0x", b"\0x")])
async def test_numbers_and_nothing_travel_too(returned: bytes | int | None, arrives: bytes) -> None:
    async def give(blob: bytes) -> bytes | int | None:
        return returned

    called = Called()
    async with called.incarnation(give):
        caller = called.caller()
        assert await caller.call("ask", b"x\0y", 5.0) == arrives
        with pytest.raises(Unavailable):
            await caller.call("something_else", b"", 5.0)
        caller.close()


FIELDS = FieldProblem([{"field": "from", "reason": "not_a_time"}, {"field": "step", "reason": "not_a_step"}])


@pytest.mark.parametrize(
    "error",
    [StorageAway("Postgres is away"), NotOwner("moved on"), Unavailable(), FIELDS, TooManyAttempts("later", 30)],
)
async def test_an_error_arrives_as_what_it_was(error: MasteriaError) -> None:
    async def fail(blob: bytes) -> bytes:
        raise error

    called = Called()
    async with called.incarnation(fail):
        caller = called.caller()
        with pytest.raises(type(error), match=error.detail) as raised:
            await caller.call("ask", b"x", 5.0)
        assert raised.value.__reduce__() == error.__reduce__()
        caller.close()


async def test_an_actor_tells_how_it_is_by_the_same_door() -> None:
    async def ping() -> dict[str, Any]:
        return {"ok": False, "name": "shard-0", "counters": {"ingested": 3}}

    server = DirectServer(named(reverse), ping=ping)
    called = Called()
    called.address = await server.open("127.0.0.1")
    caller = called.caller()
    told = await caller.call(PING, b"", 5.0)
    assert isinstance(told, bytes)
    assert orjson.loads(told) == {"ok": False, "name": "shard-0", "counters": {"ingested": 3}}
    assert await caller.call("ask", b"abc", 5.0) == b"cba"
    caller.close()
    await server.close()


async def test_a_defect_at_the_other_end_is_unavailable() -> None:
    async def fail(blob: bytes) -> bytes:
        raise KeyError("secret")

    called = Called()
    async with called.incarnation(fail):
        caller = called.caller()
        with pytest.raises(Unavailable) as raised:
            await caller.call("ask", b"x", 5.0)
        assert "secret" not in raised.value.detail
        caller.close()


async def test_who_lost_the_actor_finds_its_successor() -> None:
    called = Called()
    begun, end = asyncio.Event(), asyncio.Event()

    async def hang(blob: bytes) -> bytes:
        begun.set()
        await end.wait()
        return blob

    caller = called.caller()
    server = DirectServer(named(hang))
    called.address = await server.open("127.0.0.1")
    call = asyncio.create_task(caller.call("ask", b"x", 30.0))
    await begun.wait()
    for taking in list(server.callers):
        taking.hang_up()  # as the kernel does for a process that is killed
    with pytest.raises(Unavailable):
        await call
    end.set()
    await server.close()
    async with called.incarnation(reverse):
        assert await caller.call("ask", b"ab", 5.0) == b"ba"
    with pytest.raises(Unavailable):  # restarting, or its connection just ended
        await caller.call("ask", b"ab", 5.0)
    caller.close()


async def test_a_call_that_is_not_answered_in_time_leaves_the_others_their_answers() -> None:
    slow = asyncio.Event()

    async def sometimes(blob: bytes) -> bytes:
        if blob == b"slow":
            await slow.wait()
        return blob

    called = Called()
    async with called.incarnation(sometimes):
        caller = called.caller()
        patient = asyncio.create_task(caller.call("ask", b"slow", 20.0))
        with pytest.raises(Unavailable, match="in time"):
            await caller.call("ask", b"slow", 0.05)
        assert await caller.call("ask", b"next", 5.0) == b"next"
        assert called.asked == 2, "whoever does not answer is looked for anew"
        slow.set()
        assert await patient == b"slow"
        caller.close()


async def test_one_that_has_lost_its_place_is_looked_for_anew() -> None:
    async def refuse(blob: bytes) -> bytes:
        raise NotOwner

    called = Called()
    caller = called.caller()
    async with called.incarnation(refuse):
        with pytest.raises(NotOwner):
            await caller.call("ask", b"x", 5.0)
        async with called.incarnation(reverse):
            assert await caller.call("ask", b"ab", 5.0) == b"ba"
    caller.close()


async def test_where_no_port_is_let_through_calls_go_by_ray() -> None:
    called = Called()
    called.address = Address("127.0.0.1", free_port(), b"t" * 32)
    caller = called.caller()
    assert [await caller.call("ask", b"a", 5.0), await caller.call("ask", b"b", 5.0)] == [b"by ray", b"by ray"]
    assert called.asked == 1, "who cannot connect does not try at every call"


@pytest.mark.parametrize(
    "first",
    [
        struct.pack("<IIB", 32, 0, 0) + b"x" * 32,  # a wrong token
        struct.pack("<IIB", 4, 1, 1) + b"call",  # no token at all
        struct.pack("<IIB", 1 << 31, 0, 0),  # a token without end
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\n",
    ],
)
async def test_strangers_are_hung_up_on(first: bytes) -> None:
    called = Called()
    async with called.incarnation(reverse):
        assert called.address is not None
        reader, writer = await asyncio.open_connection(called.address.host, called.address.port)
        writer.write(first + struct.pack("<IIB", 2, 1, 1) + b"ab")
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 5.0) == b""
        writer.close()


async def test_closing_waits_for_the_answers_under_way() -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def wait(blob: bytes) -> bytes:
        begun.set()
        await go.wait()
        return blob

    called = Called()
    server = DirectServer(named(wait))
    called.address = await server.open("127.0.0.1")
    caller = called.caller()
    call = asyncio.create_task(caller.call("ask", b"x", 5.0))
    await begun.wait()
    closing = asyncio.create_task(server.close())
    go.set()
    assert await call == b"x"
    await closing


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=8), st.data())
def test_frames_may_be_cut_anywhere(bodies: list[bytes], data: st.DataObject) -> None:
    seen: list[tuple[int, bytes]] = []

    class Reading(_Calling):
        def frame(self, kind: int, number: int, body: bytes) -> None:
            seen.append((number, body))

    stream = b"".join(_HEAD.pack(len(body), number, _ANSWER) + body for number, body in enumerate(bodies))
    line = Reading()
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        line.data_received(stream[:size])
        stream = stream[size:]
    assert seen == list(enumerate(bodies))
