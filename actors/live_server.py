"""The WebSocket server of the live topics: tickets, subscriptions, everything bounded (docs/PROTOCOL.md)."""

from __future__ import annotations

import asyncio
import http
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import orjson
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Origin

from actors.fanning import HIGH_BYTES, MASKED, Fanning
from actors.live_channels import Peer, Subscriber
from engine.live_tickets import NOBODY, Ticket, TicketRefused, UsedTickets, verify
from engine.live_topics import is_topic, parse_position

log = logging.getLogger(__name__)
_socket_log = log.getChild("websocket")
_socket_log.setLevel(logging.WARNING)  # a line per client that comes or goes is noise
# Whatever knocks at the port without speaking WebSocket would write a traceback each time.
_socket_log.addFilter(lambda record: "handshake failed" not in record.getMessage())
CLOSE_BAD_MESSAGE = 4400
CLOSE_TICKET_REFUSED = 4401
CLOSE_ACCESS_CHANGED = 4403
CLOSE_NO_AUTH = 4408
CLOSE_TOO_MANY_MESSAGES = 4429
_AUTH_S = 5.0
_MAX_MESSAGE_BYTES = 16_384
_MOST_TOPICS = 64
_MESSAGES_PER_10_S = 50
_HANDSHAKE_GAP_S = 0.002  # a burst of clients is let in at 500 a second, so that updates go on meanwhile
_LONGEST_WAIT_S = 20.0
Holding = tuple[bytes, bytes]  # holder, company


class BadMessage(Exception):
    """A client sent what is no message of the protocol."""


class Client:
    """One authenticated connection."""

    __slots__ = ("_window", "_window_count", "company", "connection", "protocol", "subscriber", "ticket", "transport")

    def __init__(self, connection: ServerConnection, ticket: Ticket) -> None:
        self.connection = connection
        self.protocol = connection.protocol
        self.transport = connection.transport
        self.ticket = ticket
        self.company = ticket.company + MASKED if ticket.masked else ticket.company
        self.subscriber = Subscriber(self)
        self._window = 0
        self._window_count = 0

    def unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    def may_speak(self, now_ms: int) -> bool:
        """Count a message; False when there were too many within ten seconds."""
        window = now_ms // 10_000
        self._window_count = self._window_count + 1 if window == self._window else 1
        self._window = window
        return self._window_count <= _MESSAGES_PER_10_S


def send_to(peers: Iterable[Peer], frames: Sequence[bytes]) -> None:
    """Hand text frames to many connections; what their sockets do not take is bounded by HIGH_BYTES.

    The same bytes go to every transport, all frames in one write: a system call and the reader's wake-up cost 20 µs
    whatever they carry. A server's frames are not masked (RFC 6455, 5.1); ``websockets.broadcast`` would serialise
    and queue each of them once per connection, at three times the cost.
    """
    wire = b"".join(map(_text_frame, frames))
    for client in cast("Iterable[Client]", peers):
        if client.protocol.state is State.OPEN:
            client.transport.write(wire)


def _text_frame(payload: bytes) -> bytes:
    """Return the payload as one unfragmented, unmasked text frame (RFC 6455, 5.2)."""
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


class LiveServer:
    """Serves one port.

    Args:
        key: signs the tickets.
        watch: asks the aggregator.
        clock_ms: the present (milliseconds since 1970).
        updates_per_s: at most so many per topic.
        origins: the Origin headers that may connect; None: any, since a ticket is needed, which no page of another
            origin can get.
        most_clients: beyond that a handshake is answered with 503.
        auth_s: a connection that has not said whose it is by then is closed.
    """

    def __init__(
        self,
        key: bytes,
        watch: Callable[[bytes], Awaitable[bytes]],
        clock_ms: Callable[[], int],
        *,
        updates_per_s: int = 20,
        origins: Sequence[str] | None = None,
        most_clients: int = 5_000,
        auth_s: float = _AUTH_S,
    ) -> None:
        self._key = key
        self._clock_ms = clock_ms
        self._origins = None if origins is None else [Origin(origin) for origin in origins]
        self._most_clients = most_clients
        self._auth_s = auth_s
        self._tickets = UsedTickets(clock_ms())
        self._clients: set[Client] = set()
        self._pending = 0
        self._next_turn = 0.0
        self._server: Server | None = None
        self.fanning = Fanning(send_to, watch, clock_ms, updates_per_s)
        self.refused = 0

    @property
    def serving(self) -> bool:
        return self._server is not None

    @property
    def port(self) -> int:
        """The port that is listened on (useful when 0 was asked for)."""
        if self._server is None:
            return 0
        return int(next(iter(self._server.sockets)).getsockname()[1])

    def sizes(self) -> dict[str, int]:
        """Return how much is held."""
        return {
            "clients": len(self._clients),
            "connections": len(self._server.connections) if self._server else 0,
            "pending": self._pending,
            **self.fanning.sizes(),
        }

    async def start(self, host: str, port: int) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        self._server = await serve(
            self._handle,
            host,
            port,
            origins=self._origins,
            process_request=self._let_in,
            compression=None,
            ping_interval=20,
            ping_timeout=20,
            open_timeout=_LONGEST_WAIT_S + 10,
            close_timeout=3,
            max_size=_MAX_MESSAGE_BYTES,
            max_queue=4,
            write_limit=HIGH_BYTES,
            server_header=None,
            logger=_socket_log,
            backlog=2_048,
        )

    async def stop(self) -> None:
        """Close every connection with 1001 (going away): clients reconnect."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def heartbeat(self) -> None:
        """Tell every client that the connection lives; called every five seconds."""
        frame = orjson.dumps({"type": "heartbeat", "ts": self._clock_ms()})
        send_to([client for client in self._clients if client.unsent() <= HIGH_BYTES], [frame])
        self.fanning.forget_idle()

    async def check_holders(self, ask: Callable[[Sequence[Holding]], Awaitable[Mapping[Holding, str]]]) -> None:
        """Close what its holder may not watch any more, or not so; called every few seconds.

        Args:
            ask: the role of holders (a session's or a key's id) in companies; whoever has none is not in its answer.
        """
        clients = [client for client in self._clients if client.ticket.holder != NOBODY]
        if not clients:
            return
        held = {(client.ticket.holder, client.ticket.company) for client in clients}
        roles = await ask(sorted(held))
        for client in clients:
            role = roles.get((client.ticket.holder, client.ticket.company))
            if role is None or (role == "viewer") != client.ticket.masked:
                await client.connection.close(CLOSE_ACCESS_CHANGED, "access has changed")

    async def help_the_slow(self) -> None:
        """See :meth:`actors.fanning.Fanning.help_the_slow`."""
        self.fanning.help_the_slow()

    async def ask(self) -> None:
        """See :meth:`actors.fanning.Fanning.ask`."""
        await self.fanning.ask(len(self._clients))

    async def _let_in(self, connection: ServerConnection, _: Request) -> Response | None:
        """Pace handshakes; beyond the bounds there is a 503."""
        loop = asyncio.get_running_loop()
        turn = max(loop.time(), self._next_turn)
        if len(self._clients) + self._pending >= self._most_clients or turn - loop.time() > _LONGEST_WAIT_S:
            self.refused += 1
            return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "Too many clients. Try again later.\n")
        self._next_turn = turn + _HANDSHAKE_GAP_S
        self._pending += 1
        try:
            await asyncio.sleep(turn - loop.time())
        finally:
            self._pending -= 1
        return None

    async def _handle(self, connection: ServerConnection) -> None:
        self._pending += 1
        try:
            client = await self._authenticate(connection)
        finally:
            self._pending -= 1
        if client is None:
            return
        self._clients.add(client)
        try:
            async for message in connection:
                if not client.may_speak(self._clock_ms()):
                    await connection.close(CLOSE_TOO_MANY_MESSAGES, "too many messages")
                    return
                self._take(client, _read(message))
        except BadMessage as error:
            await connection.close(CLOSE_BAD_MESSAGE, str(error))
        except ConnectionClosed:
            log.debug("a live client went without a goodbye")
        finally:
            self._clients.discard(client)
            self.fanning.leave(client.subscriber)

    async def _authenticate(self, connection: ServerConnection) -> Client | None:
        try:
            async with asyncio.timeout(self._auth_s):
                message = _read(await connection.recv())
            if message.get("type") != "auth":
                raise BadMessage("the first message is auth")
            ticket = verify(self._key, message.get("ticket", ""), self._clock_ms())
            self._tickets.take(ticket, self._clock_ms())
            return Client(connection, ticket)
        except TimeoutError:
            await connection.close(CLOSE_NO_AUTH, "no auth in time")
        except BadMessage as error:
            await connection.close(CLOSE_BAD_MESSAGE, str(error))
        except TicketRefused:
            await connection.close(CLOSE_TICKET_REFUSED, "ticket refused")
        except ConnectionClosed:
            log.debug("a live client went before it had said who it is")
        return None

    def _take(self, client: Client, message: dict[str, Any]) -> None:
        kind, topics = message.get("type"), message.get("topics")
        if kind not in ("subscribe", "unsubscribe") or not isinstance(topics, list):
            raise BadMessage("expected subscribe or unsubscribe with topics")
        if kind == "unsubscribe":
            for topic in topics:
                if isinstance(topic, str):
                    self.fanning.unsubscribe(client.subscriber, topic)
            return
        since = message.get("since")
        for topic in dict.fromkeys(topic for topic in topics if isinstance(topic, str)):
            if not is_topic(topic):
                _tell_error(client, topic, "unknown_topic")
            elif topic not in client.subscriber.topics and len(client.subscriber.topics) >= _MOST_TOPICS:
                _tell_error(client, topic, "too_many_topics")
            else:
                position = parse_position(since.get(topic)) if isinstance(since, dict) else None
                if not self.fanning.subscribe(client.subscriber, topic, position):
                    _tell_error(client, topic, "too_many_topics")


def _tell_error(client: Client, topic: str, reason: str) -> None:
    if client.unsent() <= HIGH_BYTES:
        send_to([client], [orjson.dumps({"type": "error", "topic": topic[:100], "reason": reason})])


def _read(message: str | bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise BadMessage("not JSON") from error
    if not isinstance(value, dict):
        raise BadMessage("not an object")
    return value
