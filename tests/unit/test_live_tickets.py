from __future__ import annotations

import pytest

from engine.live_tickets import TTL_MS, TicketRefused, UsedTickets, issue, verify

KEY, COMPANY, NOW = b"k" * 32, bytes(range(16)), 1_795_375_119_571


def test_a_ticket_says_whose_it_is() -> None:
    ticket = verify(KEY, issue(KEY, COMPANY, NOW, b"n" * 16), NOW + TTL_MS)
    assert (ticket.company, ticket.issued_ms) == (COMPANY, NOW)


def test_a_ticket_says_who_holds_it_and_whether_they_are_told_masked() -> None:
    ticket = verify(KEY, issue(KEY, COMPANY, NOW, b"n" * 16, holder=b"h" * 16, masked=True), NOW)
    assert (ticket.holder, ticket.masked) == (b"h" * 16, True)
    assert not verify(KEY, issue(KEY, COMPANY, NOW, b"n" * 16), NOW).masked


@pytest.mark.parametrize("now", [NOW + TTL_MS + 1, NOW - 6_000])
def test_a_ticket_is_good_for_thirty_seconds(now: int) -> None:
    with pytest.raises(TicketRefused):
        verify(KEY, issue(KEY, COMPANY, NOW, b"n" * 16), now)


def test_no_bit_of_a_ticket_can_be_changed() -> None:
    text = issue(KEY, COMPANY, NOW, b"n" * 16)
    for index in range(len(text)):
        forged = text[:index] + ("A" if text[index] != "A" else "B") + text[index + 1 :]
        with pytest.raises(TicketRefused):
            verify(KEY, forged, NOW)


@pytest.mark.parametrize("text", ["", "x", "ç" * 30, "=" * 76, "A" * 76, "A" * 10_000, "\x00" * 76])
def test_what_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(TicketRefused):
        verify(KEY, text, NOW)


def test_another_key_is_refused() -> None:
    with pytest.raises(TicketRefused):
        verify(b"x" * 32, issue(KEY, COMPANY, NOW, b"n" * 16), NOW)


def test_a_ticket_is_taken_once() -> None:
    used = UsedTickets(NOW - 1)
    ticket = verify(KEY, issue(KEY, COMPANY, NOW, b"n" * 16), NOW)
    used.take(ticket, NOW)
    with pytest.raises(TicketRefused):
        used.take(ticket, NOW + 10_000)


def test_a_ticket_from_before_a_restart_may_have_been_used() -> None:
    with pytest.raises(TicketRefused):
        UsedTickets(NOW + 1).take(verify(KEY, issue(KEY, COMPANY, NOW, b"n" * 16), NOW), NOW + 2)


def test_used_tickets_are_forgotten_once_they_are_worthless() -> None:
    used = UsedTickets(NOW - 1)
    for n in range(500):
        moment = NOW + n * 1_000
        used.take(verify(KEY, issue(KEY, COMPANY, moment, n.to_bytes(16, "big")), moment), moment)
    assert len(used) <= 40
