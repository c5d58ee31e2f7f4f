// @vitest-environment jsdom
import { expect, test } from "vitest";
import { PAGES } from "./nav";
import { foundTarget, noticeTarget } from "./notice-target";
import { readRecent, keepRecent, remember } from "./recent";

const one = (id: string) => ({ kind: "event", id, title: id, subtitle: null });

test("what was opened last stands first, once, five at most", () => {
  const list = ["a", "b", "c", "d", "e", "b"].reduce((kept, id) => remember(kept, one(id)), [] as ReturnType<typeof remember>);
  expect(list.map((each) => each.id)).toEqual(["b", "e", "d", "c", "a"]);
  expect(remember(list, one("f"))).toHaveLength(5);
});

test("companies remember apart, and rubbish is no memory", () => {
  keepRecent("one", one("a"));
  localStorage.setItem("masteria.recent.two", '[{"id":1}]');
  localStorage.setItem("masteria.recent.three", "rubbish");
  expect([readRecent("one"), readRecent("two"), readRecent("three")].map((list) => list.length)).toEqual([1, 0, 0]);
});

test("nothing leads to a page that is not there", () => {
  const paths = new Set(PAGES.map((page) => page.path));
  for (const target of [foundTarget("event", "1"), foundTarget("campaign", "1"), foundTarget("rule", "1"), noticeTarget("campaign_finished", { campaign_id: "1" }), noticeTarget("session_paused", {})])
    if (target) expect(paths).toContain(target.path.split("/")[0]);
  expect(foundTarget("message", "1")).toEqual({ path: "messages", search: { message: "1" } });
  expect(foundTarget("event", "1")).toEqual({ path: "events/1", search: {} });
  expect([foundTarget("starship", "1"), noticeTarget("rumour", {})]).toEqual([null, null]);
});
