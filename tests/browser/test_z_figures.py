"""What the pages cost: bytes, seconds until one can work, frames while scrolling, the processor while all moves.

The last file by its name: what it leaves behind is ten thousand orders."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, expect

from bench.grapfy import GrapfyBody
from tests.browser.conftest import Guests
from tests.browser.figures import Figures
from tests.browser.world import Sender, World

_WIRE_KB, _INTERACTIVE_S, _FRAME_MS = 300, 1.5, 50
_SLACK = 5  # a machine of the continuous integration is slower, and busy
_RATE, _WATCHED_S = 100, 10.0
_MANY, _HANDS = 10_000, 4
# Pixels a frame and frames at most: a notch of the wheel in each frame, and a bar dragged from
# end to end in five seconds, where each frame shows other rows than the one before.
_WAYS = {"wheel": (120, 500), "scroll bar": (1_200, 10_000)}
# Press "load more" until everything is there; the table says how many rows it has.
_LOAD_ALL = """async (wanted) => {
  const rows = () => Number(document.querySelector("main table").getAttribute("aria-rowcount")) - 1;
  const more = () => [...document.querySelectorAll("main button")]
    .find((one) => one.textContent.trim() === "Carregar mais");
  const until = Date.now() + 600_000;
  while (rows() < wanted && Date.now() < until) {
    const button = more();
    if (button && !button.disabled && button.getAttribute("aria-disabled") !== "true") button.click();
    await new Promise((done) => setTimeout(done, 15));
  }
  return rows();
}"""
# By so many pixels a frame, so many frames at most.
_SCROLL = """async ([step, most]) => {
  const frames = [];
  scrollTo(0, 0);
  let last = await new Promise(requestAnimationFrame);
  const end = Math.min(document.scrollingElement.scrollHeight - innerHeight, step * most);
  for (let at = 0; at < end; at += step) {
    scrollTo(0, at);
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  const inside = ({ top, bottom }) => bottom > 0 && top < innerHeight;
  const shown = [...document.querySelectorAll("tbody [data-row]")].some((row) => inside(row.getBoundingClientRect()));
  frames.sort((a, b) => a - b);
  return [frames.at(-1), frames[Math.floor(frames.length * 0.99)], frames.length, shown];
}"""


def test_the_first_page_is_light_and_quick(world: World, visit: Guests, company_id: str, figures: Figures) -> None:
    one = visit()
    cdp = one.context.new_cdp_session(one.page)
    cdp.send("Network.enable")
    cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weights: list[float] = []
    cdp.on("Network.loadingFinished", lambda told: weights.append(told["encodedDataLength"]))
    page = one.page
    page.goto(f"{one.base_url}/c/{company_id}", wait_until="commit")
    expect(page.locator('[data-kpi="Eventos"]')).not_to_have_text("—")
    interactive = page.evaluate("performance.now()") / 1000
    one.settled()
    expect(page.locator(".recharts-surface").first).to_be_visible()
    figures.note("first page until its numbers stand there", interactive, "s", "< 1.5", _INTERACTIVE_S * _SLACK)
    figures.note("overview with everything, on the wire", sum(weights) / 1024, "KB", "<= 300", _WIRE_KB * 1.25)


def test_the_overview_stays_calm_while_everything_moves(
    world: World, visit: Guests, company_id: str, figures: Figures
) -> None:
    one = visit()
    page = one.open(company_id)
    # What tasks took by the clock, which counts the time in which others had the core, and what they used of it.
    clocks = [one.context.new_cdp_session(page) for _ in ("timeTicks", "threadTicks")]
    for cdp, domain in zip(clocks, ("timeTicks", "threadTicks"), strict=True):
        cdp.send("Performance.enable", {"timeDomain": domain})
    with _orders(world.sender.url, _RATE) as sent:
        for place in ("overview", "live feed"):
            page.locator("h1" if place == "overview" else "[data-feed]").scroll_into_view_if_needed()
            expect(page.locator("[data-feed] li").nth(5)).to_be_visible()
            before, begun, first = [_task_seconds(cdp) for cdp in clocks], time.monotonic(), sent[0]
            page.wait_for_timeout(_WATCHED_S * 1000)  # the length of what is measured, not a wait for something
            took = time.monotonic() - begun
            busy, used = ((_task_seconds(cdp) - old) / took for cdp, old in zip(clocks, before, strict=True))
            rate = (sent[0] - first) / took
            figures.note(f"main thread, {place} at {rate:.0f} orders/s, used", used * 100, "%", "< 30 %", 95.0)
            figures.note(f"main thread, {place} at {rate:.0f} orders/s, by the clock", busy * 100, "%", "", None)


@pytest.mark.timeout(900)
def test_ten_thousand_rows_scroll_smoothly(world: World, visit: Guests, company_id: str, figures: Figures) -> None:
    _deliver(world.sender.url, _MANY)
    one = visit()
    page = one.open(company_id, "events?event_type=pix_expired")
    expect(page.locator("tbody [data-row]").first).to_be_visible()
    assert page.evaluate(_LOAD_ALL, _MANY) >= _MANY
    for way, (step, most) in _WAYS.items():
        worst, usual, frames, shown = page.evaluate(_SCROLL, [step, most])
        assert frames > 300 and shown, f"the rows did not come with the scrolling by {way}"
        figures.note(f"worst frame while scrolling 10,000 rows by {way}", worst, "ms", "<= 50", 20 * _FRAME_MS)
        figures.note(f"99 of 100 frames while scrolling by {way}", usual, "ms", "<= 31", _FRAME_MS * _SLACK)


def _deliver(url: str, count: int) -> None:
    """Deliver orders that no rule answers, as fast as a few hands can."""
    address = urlsplit(url)

    def run(hand: int) -> None:
        connection = HTTPConnection(address.hostname or "", address.port)
        body = GrapfyBody(f"{hand:08x}", "pix_expired")
        for number in range(count // _HANDS):
            connection.request("POST", address.path, body.make(number), {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 202, answer.status
        connection.close()

    with ThreadPoolExecutor(_HANDS) as hands:
        list(hands.map(run, range(_HANDS)))


def _task_seconds(cdp: CDPSession) -> float:
    told = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return float(told["TaskDuration"])


@contextmanager
def _orders(url: str, rate: int) -> Iterator[list[int]]:
    """Deliver orders at a rate until the block ends; the list holds how many."""
    sent, end, wrong = [0], threading.Event(), list[Exception]()

    def run() -> None:
        due = time.monotonic()
        sender = Sender(url)
        while not end.is_set():
            due += 1 / rate
            end.wait(max(0.0, due - time.monotonic()))
            try:
                sender.order("order_approved" if sent[0] % 2 else "pix_created")
            except Exception as error:
                wrong.append(error)
            else:
                sent[0] += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield sent
    finally:
        end.set()
        thread.join()
    assert not wrong, f"{len(wrong)} orders were not taken: {wrong[:3]}"
