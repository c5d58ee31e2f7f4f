"""Linking a phone in the terminal: codes as they change, the end in words, patience while the process starts."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Unavailable
from masteria import pairing
from masteria.api_client import ApiClient
from masteria.pairing import Pairing, drawn


class Told(ApiClient):
    """Answers in the order given; keeps what it was asked."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        super().__init__("http://nowhere.invalid", "")
        self.answers = list(answers)
        self.asked: list[tuple[str, str, object]] = []

    def call(self, method: str, path: str, body: object = None) -> Any:
        self.asked.append((method, path, body))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    """Goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def link(client: Told, phone: str | None = None) -> tuple[int, list[str]]:
    shown: list[str] = []
    clock = Clock()
    code = Pairing(client, "s", shown.append, sleep=clock.sleep, clock=lambda: clock.now).run(phone)
    return code, shown


def test_each_code_is_drawn_once_until_the_phone_has_it() -> None:
    first, second = {"state": "pairing", "qr": "2@a"}, {"state": "pairing", "qr": "2@b"}
    done = {"state": "connected", "phone": "+5511900000000"}
    client = Told(Unavailable(), {"state": "another_owner"}, first, first, second, {"state": "connecting"}, done)
    code, shown = link(client)
    assert code == 0
    assert [text.splitlines()[-1].split(" ")[0] for text in shown] == ["the", "scan", "scan", "connecting", "linked:"]
    assert shown[1].startswith(drawn("2@a"))
    assert [asked[:2] for asked in client.asked] == [("POST", "/sessions/s/pair")] * 3 + [("GET", "/sessions/s/qr")] * 4


def test_a_code_to_type_is_shown_for_the_phone_named() -> None:
    client = Told({"state": "pairing", "qr": "2@a", "pair_code": "ABCD1234"}, {"state": "connected", "phone": None})
    code, shown = link(client, "+5511900000000")
    assert (code, "ABCD1234" in shown[0]) == (0, True)
    assert client.asked[0][2] == {"phone": "+5511900000000"}


def test_what_went_wrong_is_told_in_both_languages() -> None:
    ended = {"state": "unpaired", "reason": "pairing_timed_out", "meaning": {"pt": "tarde", "en": "late"}}
    assert link(Told({"state": "pairing", "qr": "2@a"}, ended))[1][-1] == "not linked: late\n  tarde"
    assert link(Told({"state": "unavailable", "why": "neonize is not installed"}))[0] == 1


def test_a_process_that_does_not_come_is_told() -> None:
    with pytest.raises(Unavailable):
        link(Told(*[Unavailable()] * 100))


def test_without_the_drawing_library_the_codes_text_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("segno")
    assert "█" in drawn("2@code")

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(pairing, "import_module", missing)
    assert drawn("2@code").endswith("2@code")
