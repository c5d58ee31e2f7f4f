"""The webhook that every scenario sends: Grapfy's body (1.65 KB), with ids and phone of its own in each request."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

_EVENT = "00000000-0000-4000-8000-eeeeeeeeeeee"
_ORDER = "00000000-0000-4000-8000-dddddddddddd"
_PHONE = "11900000000"
_TYPE = "@event_type@"
_STATUS = {"pix_created": "pending", "order_approved": "approved"}
# The shape as Grapfy sends it; synthetic values as long as real ones, which makes the 1.65 KB seen in production.
_BODY = (
    '{"eventId":"00000000-0000-4000-8000-eeeeeeeeeeee","eventType":"@event_type@","url":"https://pay.example/checkout/8f0c2a51-0000-4000-8000-000000000004",'
    '"status":"@status@","paymentMethod":"pix","orderId":"00000000-0000-4000-8000-dddddddddddd",'
    '"storeId":"ABCDEF0123456789","code":"ZYXW987654321000","isOrderBump":false,"type":"charge",'
    '"shipmentValue":"0.00","discount":"0.00","automaticDiscount":"0.00","subTotal":97,"total":97,'
    '"qrCode":"00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913'
    'Fulano de Tal6008BRASILIA62070503***63041D3D","pixExpirationAt":"2099-12-20T15:00:00.000Z","cupomCode":null,'
    '"installmentCount":1,"installmentValue":"97.00","refundObservation":null,'
    '"customer":{"id":"8f0c2a51-0000-4000-8000-000000000003","name":"Cliente Exemplo",'
    '"email":"cliente@exemplo.test","phoneNumber":"11900000000","document":"00000000000"},"address":null,'
    '"commissions":{"planBasePrice":97,"fees":5.5,"myCommission":91.5,"splits":[{"id":"s1","value":91.5,'
    '"type":"producer","name":"Produtor Exemplo","email":"p@exemplo.test"}]},'
    '"plan":{"id":"8f0c2a51-0000-4000-8000-000000000005","name":"Plano Exemplo"},'
    '"product":{"id":"8f0c2a51-0000-4000-8000-000000000006","name":"Produto Exemplo","quantity":1},'
    '"subscription":null,"trankingParameters":{"utm_campaign":"lancamento-de-exemplo|120200000000000001",'
    '"utm_content":"video-01|120200000000000002","utm_medium":"conjunto-frio|120200000000000003",'
    '"utm_source":"facebook","utm_term":"Instagram_Reels"},"metadata":{"deviceType":"mobile","browser":"chrome",'
    '"operationalSystem":"android"},"createdAt":"2025-12-20T14:00:00.000Z","approvedAt":null}'
)
_PEOPLE = 10**8
_AREAS = (b"11", b"21", b"31", b"41", b"51", b"61", b"71", b"81", b"85", b"19")


def phone_of(number: int) -> str:
    """Return the E.164 phone of the buyer in request ``number``: a billion numbers before one comes again."""
    return "+55" + _national(number).decode()


def _national(number: int) -> bytes:
    return b"%b9%08d" % (_AREAS[number // _PEOPLE % len(_AREAS)], number % _PEOPLE)


@dataclass(frozen=True, slots=True)
class GrapfyBody:
    """Makes bodies of one event type; request ``number`` of one ``run`` (8 hex digits) is always the same bytes."""

    run: str
    event_type: str = "pix_created"

    def parts(self) -> list[bytes]:
        """Return what stands around event id's end, order id's end and phone: four pieces."""
        text = _BODY.replace(_TYPE, self.event_type).replace("@status@", _STATUS.get(self.event_type, "pending"))
        text = text.replace(_EVENT, _EVENT.replace("00000000", self.run, 1))
        text = text.replace(_ORDER, _ORDER.replace("00000000", self.run, 1))
        for marker in ("eeeeeeeeeeee", "dddddddddddd", _PHONE):
            text = text.replace(marker, "\0")
        return [part.encode() for part in text.split("\0")]

    def make(self, number: int) -> bytes:
        """Return one body (for set-up and tests; the generator splices the parts itself)."""
        head, order, phone, tail = self.parts()
        unique = b"%012x" % number
        return b"".join((head, unique, order, unique, phone, _national(number), tail))

    @property
    def event_id_prefix(self) -> str:
        """Return what all event ids of this run begin with."""
        return _EVENT.replace("00000000", self.run, 1)[:24]


class WebhookRequests:
    """Renders whole HTTP requests: head once, ids, phone, time and signature spliced into each.

    HMAC-SHA256 is computed from two prepared hash states, which costs less than half of ``hmac.digest``.
    """

    def __init__(self, path: str, host: str, source: str, secret: str | None, body: GrapfyBody) -> None:
        self._parts = body.parts()
        length = len(body.make(0))
        self._head = (
            f"POST {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: axios/1.7\r\ncontent-type: application/json\r\n"
            f"x-webhook-source: {source}\r\ncontent-length: {length}\r\n"
        ).encode()
        self._states = None if secret is None else _hmac_states(secret.encode())
        self._second = 0
        self._stamp = b""
        self._stamped_head = self._head

    def make(self, number: int) -> bytes:
        """Return request ``number`` with the present time."""
        head, order, phone, tail = self._parts
        unique = b"%012x" % number
        person = b"%b9%08d" % (_AREAS[number // _PEOPLE % len(_AREAS)], number % _PEOPLE)
        if self._states is None:
            return b"".join((self._head, b"\r\n", head, unique, order, unique, phone, person, tail))
        second = int(time.time())
        if second != self._second:
            self._second = second
            self._stamp = b"%d." % second
            self._stamped_head = self._head + b"x-webhook-timestamp: %d\r\nx-webhook-signature: " % second
        body = b"".join((head, unique, order, unique, phone, person, tail))
        inner = self._states[0].copy()
        inner.update(self._stamp)
        inner.update(body)
        outer = self._states[1].copy()
        outer.update(inner.digest())
        return b"".join((self._stamped_head, outer.hexdigest().encode(), b"\r\n\r\n", body))


def _hmac_states(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """Return the inner and outer SHA-256 states of RFC 2104 after the padded key."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
    return inner, outer
