"""The frame of a template's carousel, whoever fills its cards: stored templates and messages in Meta's own form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.problems import Problems

MAX_CARDS = 10


def check_cards(
    problems: Problems, path: str, component: dict[str, Any], check_components: Callable[[str, Any], None]
) -> None:
    """Add what is wrong with a carousel component: 1 to 10 cards, counted from 0.

    Args:
        problems: takes what is found.
        path: the component's place.
        component: ``{"type": "carousel", "cards": [{"card_index", "components"}…]}``.
        check_components: checks one card's components at a place.
    """
    problems.keys(path, component, ("type", "cards"))
    cards = component.get("cards")
    if not isinstance(cards, list) or not 1 <= len(cards) <= MAX_CARDS:
        problems.add(f"{path}.cards", f"must be a list of 1 to {MAX_CARDS} cards")
        return
    for index, card in enumerate(cards):
        place = f"{path}.cards[{index}]"
        if not isinstance(card, dict):
            problems.add(place, "must be an object with card_index and components")
            continue
        problems.keys(place, card, ("card_index", "components"))
        problems.whole(f"{place}.card_index", card.get("card_index"), 0, MAX_CARDS - 1)
        check_components(f"{place}.components", card.get("components"))
