"""The judge of ``bench ledger`` sees what is lost, doubled or unknown, and forgives what was called uncertain."""

from __future__ import annotations

from typing import Any

from bench.ledger_judge import judge


def message(name: str, status: str, *before: str, **more: Any) -> dict[str, Any]:
    timeline = [{"status": step} for step in (*before, status)]
    return {"id": name, "status": status, "timeline": timeline, "retry_of": None, "reason": None, "error": None} | more


def accepted(*names: str) -> list[dict[str, Any]]:
    return [{"opaque": name} for name in names]


def test_what_was_accepted_once_is_fine() -> None:
    verdict = judge([message("a", "read", "queued", "accepted")], accepted("a"))
    assert (verdict.wanted, verdict.accepted, verdict.lost, verdict.doubled) == (1, 1, [], [])


def test_what_never_reached_whatsapp_although_it_is_called_accepted_is_lost() -> None:
    assert judge([message("a", "accepted")], []).lost == ["a"]


def test_what_waits_is_told_apart_from_what_is_lost() -> None:
    verdict = judge([message("a", "held")], [])
    assert (verdict.lost, verdict.waiting) == ([], ["a"])


def test_what_was_refused_for_good_is_counted_by_its_code() -> None:
    verdict = judge([message("a", "failed", error={"code": 131000})], [])
    assert (verdict.lost, verdict.failed) == ([], {"131000": 1})


def test_an_id_that_was_accepted_twice_is_doubled_even_if_uncertain() -> None:
    assert judge([message("a", "read")], accepted("a", "a")).doubled == ["a"]
    assert judge([message("a", "read", "uncertain")], accepted("a", "a")).doubled == ["a"]


def test_a_second_try_is_doubled_only_when_the_first_was_certain() -> None:
    uncertain = [message("a", "uncertain", reason="sent_again"), message("b", "read", retry_of="a")]
    certain = [message("a", "read"), message("b", "read", retry_of="a")]
    forgiven, caught = judge(uncertain, accepted("a", "b")), judge(certain, accepted("a", "b"))
    assert (forgiven.wanted, forgiven.doubled, forgiven.sent_again) == (1, [], 1)
    assert caught.doubled == ["a"]


def test_the_uncertain_are_counted_and_so_are_those_that_a_receipt_explained() -> None:
    messages = [message("a", "delivered", "uncertain"), message("b", "uncertain"), message("c", "uncertain")]
    verdict = judge(messages, accepted("a", "b"))
    assert (verdict.uncertain, verdict.accepted_uncertain, verdict.reconciled) == (3, 2, 1)
    assert verdict.lost == []


def test_only_what_whatsapp_never_told_of_may_stay_uncertain() -> None:
    messages = [message(name, "uncertain") for name in ("told", "silent", "refused")]
    entries: list[dict[str, Any]] = [{"opaque": "told"}, {"opaque": "silent", "statuses_lost": True}]
    verdict = judge(messages, entries)
    assert (verdict.accepted_uncertain, verdict.silent, verdict.untold) == (2, 1, ["told"])
    assert verdict.figures()["untold"] == 1


def test_a_message_that_nobody_knows_is_a_stranger() -> None:
    assert judge([], accepted("x")).strangers == ["x"]
