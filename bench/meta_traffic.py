"""Meta's webhooks for the load generator: receipts of messages that were really sent, and what people answer."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PER_STEP = 4  # updates that one message causes: sent, delivered, read, and an answer
STEPS_PER_POST = 5  # so a POST carries 20 updates
# So many messages later than "sent" the others follow; who is quick reads before the delivery is told.
_DELIVERED_AFTER, _READ_AFTER, _ANSWERED_AFTER = 50, 200, 300
_QUICK_EVERY, _UNREAD_EVERY, _FAILED_EVERY = 10, 20, 50
_FAILURE = (
    '[{"code":131026,"title":"Message undeliverable","message":"Message undeliverable",'
    '"error_data":{"details":"Message Undeliverable."}}]'
)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message as WhatsApp knows it: its id, ours, and the person's digits."""

    wamid: str
    opaque: str
    to: str


def save_messages(path: Path, messages: list[dict[str, Any]]) -> None:
    """Write what ``GET /_sim/messages`` told, for the generator."""
    lines = (f"{message['wamid']} {message['opaque']} {message['to']}\n" for message in messages)
    path.write_text("".join(lines), encoding="ascii")


def load_messages(path: Path) -> list[SentMessage]:
    """Read what :func:`save_messages` wrote."""
    return [SentMessage(*line.split()) for line in path.read_text(encoding="ascii").splitlines()]


def final_status(index: int) -> str:
    """Return what becomes of the message of this index."""
    if index % _FAILED_EVERY == 3:
        return "failed"
    return "delivered" if index % _UNREAD_EVERY == 7 else "read"


def posts_for(messages: int) -> int:
    """Return how many POSTs tell everything about so many messages."""
    return -(-(messages + _ANSWERED_AFTER) // STEPS_PER_POST)


def receipts_at(step: int, messages: int) -> list[tuple[int, str]]:
    """Return the receipts that a step tells, as (index of the message, status)."""
    told = [(step, "sent")]
    for after in (_DELIVERED_AFTER, _READ_AFTER):
        index = step - after
        early = (after == _DELIVERED_AFTER) is not (index % _QUICK_EVERY == 0)
        final = final_status(index)
        if early:
            told.append((index, "failed" if final == "failed" else "delivered"))
        elif final == "read":
            told.append((index, "read"))
    return [(index, status) for index, status in told if 0 <= index < messages]


class MetaTraffic:
    """Signed POSTs of one number's updates, in the order in which they happen.

    Args:
        head: request line and headers without length and signature.
        secret: the Meta app's.
        number: ``phone_number_id`` and ``waba_id``.
        messages: what was sent.
    """

    kinds: tuple[str, ...] = ("updates",)

    def __init__(self, head: str, secret: str, number: dict[str, str], messages: list[SentMessage]) -> None:
        self._head = head
        self._secret = secret.encode()
        self._messages = messages
        self._post = 0
        metadata = f'{{"display_phone_number":"5511900000000","phone_number_id":"{number["phone_number_id"]}"}}'
        self._before = (
            f'{{"object":"whatsapp_business_account","entry":[{{"id":"{number["waba_id"]}","changes":['
            f'{{"field":"messages","value":{{"messaging_product":"whatsapp","metadata":{metadata},'
        )

    def next(self) -> tuple[bytes, int, int]:
        """Return the next request; its kind is always 0."""
        number = self._post
        self._post += 1
        body = self.body(number, int(time.time()))
        mac = hmac.digest(self._secret, body, "sha256").hex()
        head = f"{self._head}x-hub-signature-256: sha256={mac}\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body, 0, number

    def body(self, post: int, now_s: int) -> bytes:
        """Return the body of one POST: receipts and inbound messages as Meta writes them."""
        statuses: list[str] = []
        answers: list[str] = []
        people: list[str] = []
        for step in range(post * STEPS_PER_POST, (post + 1) * STEPS_PER_POST):
            statuses += [self._status(index, status, now_s) for index, status in receipts_at(step, len(self._messages))]
            index = step - _ANSWERED_AFTER
            if 0 <= index < len(self._messages):
                to = self._messages[index].to
                people.append(f'{{"profile":{{"name":"Cliente"}},"wa_id":"{to}"}}')
                answers.append(self._answer(index, now_s))
        inbound = f'"contacts":[{",".join(people)}],"messages":[{",".join(answers)}],' if answers else ""
        return f'{self._before}{inbound}"statuses":[{",".join(statuses)}]}}}}]}}]}}'.encode()

    def _status(self, index: int, status: str, now_s: int) -> str:
        message = self._messages[index]
        more = f',"errors":{_FAILURE}' if status == "failed" else ""
        return (
            f'{{"id":"{message.wamid}","status":"{status}","timestamp":"{now_s}","recipient_id":"{message.to}",'
            f'"biz_opaque_callback_data":"{message.opaque}"{more}}}'
        )

    def _answer(self, index: int, now_s: int) -> str:
        message = self._messages[index]
        return (
            f'{{"from":"{message.to}","id":"{message.wamid}.answer","timestamp":"{now_s}","type":"text",'
            f'"text":{{"body":"Obrigado, ja paguei!"}}}}'
        )
