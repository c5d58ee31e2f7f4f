import { expect, test } from "vitest";
import { commands, nextStep, type Done } from "./steps";

const nothing: Done = { number: null, webhook: null, rule: false, read: false };

test("the steps come one after the other, and then there is none", () => {
  expect(nextStep(nothing)).toBe("number");
  expect(nextStep({ ...nothing, number: "1" })).toBe("webhook");
  expect(nextStep({ ...nothing, number: "1", webhook: "u" })).toBe("rule");
  expect(nextStep({ number: "1", webhook: "u", rule: true, read: false })).toBe("read");
  expect(nextStep({ number: "1", webhook: "u", rule: true, read: true })).toBeNull();
});

test("a command holds what the steps before it made, and no quote of a value ends it early", () => {
  const made = commands("http://h", "c", { number: "0199", webhook: "http://h/w/it's", rule: false, read: false });
  expect(made.rule).toContain('"session_id":"0199"');
  expect(made.read).toContain(`'http://h/w/it'\\''s'`);
  expect(made.read).not.toContain("Authorization");
  expect(commands("http://h", "c", nothing).read).toContain("http://h/api/v1/webhooks/incoming/c");
});
