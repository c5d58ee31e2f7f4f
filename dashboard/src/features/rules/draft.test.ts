import { describe, expect, test } from "vitest";
import { draftOf, draftPaths, revived, ruleOf, same, type RuleJson } from "./draft";
import { addedStep, allSteps, changedStep, inUnit, movedStep, newStep, stepPaths, stepsJson, UNITS, withoutStep } from "./steps";

const RULE: RuleJson = {
  name: "PIX: código e lembrete", trigger: { event_type: ["pix_created", "order_created"], source: "grapfy" },
  when: { any: [{ field: "order_value", op: "greater", value: 50 }, { not: [{ field: "$.a", op: "exists", value: true }] }] },
  cancel_on: ["order_approved"], caps: { per_order: 1, per_person: { count: 3, per_hours: 24 } },
  schedule: { days: ["mon", "sat"], from: "08:00", to: "21:00", zone: "recipient", outside: "wait" },
  steps: [
    { id: "a", type: "send", session_id: "s", text: "Olá" },
    { type: "wait_until", field: "pix_expires_at", offset_s: -600, if_past: "end" },
    { type: "branch", when: { all: [{ contact_has_tag: "vip" }] }, then: [{ type: "add_tag", tag: "x" }, { type: "wait", delay_s: 60 }], else: [{ type: "record_pix" }] },
  ],
};

describe("a rule and its draft", () => {
  test("through the draft it stays what it is", () => expect(ruleOf(draftOf(RULE))).toEqual({ ...RULE, action: null, delay_s: null, steps: expect.anything(), }));
  test("steps keep their fields, ids and ways, also those that only flows make", () => {
    const sorted = (value: unknown) => JSON.stringify(value, (_, part: unknown) => (part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort()) : part));
    expect(sorted(ruleOf(draftOf(RULE)).steps)).toBe(sorted(RULE.steps));
  });
  test("the short form becomes steps that do the same", () => {
    const draft = draftOf({ name: "a", trigger: { event_type: "*" }, delay_s: 600, action: { send: { session_id: "s", template_id: "t" } } });
    expect(draft.wasShort).toBe(true);
    expect(ruleOf(draft)).toMatchObject({ trigger: { event_type: "*" }, action: null, delay_s: null, steps: [{ type: "wait", delay_s: 600 }, { type: "send", session_id: "s", template_id: "t" }] });
  });
  test("what is emptied is taken away, and what is no number is told to the API as it was typed", () => {
    const draft = draftOf(RULE);
    expect(ruleOf({ ...draft, cancelOn: [], perOrder: "", personCount: "", personHours: "", schedule: null })).toMatchObject({ cancel_on: null, caps: null, schedule: null });
    expect(ruleOf({ ...draft, perOrder: "dois" }).caps).toMatchObject({ per_order: "dois" });
  });
  test("a kept draft comes back as the same rule with other keys", () => {
    const draft = draftOf(RULE);
    const again = revived(JSON.stringify(draft))!;
    expect(same(draft, again)).toBe(true);
    expect(again.steps[0]!.key).not.toBe(draft.steps[0]!.key);
    expect(revived("{")).toBeNull();
  });
  test("paths are the API's", () => {
    const draft = draftOf(RULE);
    const paths = draftPaths(draft);
    const branch = draft.steps[2]!;
    expect(paths.get(branch.then![1]!.key)).toBe("steps[2].then[1]");
    expect(paths.get(branch.when!.children[0]!.key)).toBe("steps[2].when.all[0]");
    const not = draft.when.children[1]!;
    expect(not.kind === "group" && paths.get(not.children[0]!.key)).toBe("when.any[1].not[0]");
  });
});

describe("steps", () => {
  const begin = draftOf(RULE).steps;
  const branch = begin[2]!;
  const types = (steps: typeof begin) => allSteps(steps).map((one) => one.type);
  test("move within their list, and not beyond it", () => {
    expect(types(movedStep(begin, begin[0]!.key, 1)).slice(0, 2)).toEqual(["wait_until", "send"]);
    expect(movedStep(begin, begin[0]!.key, -1)).toBe(begin);
    expect(types(movedStep(begin, branch.then![1]!.key, -1))).toEqual(["send", "wait_until", "branch", "wait", "add_tag", "record_pix"]);
  });
  test("are added to a way, changed and taken out, and the others stay the same objects", () => {
    const more = addedStep(begin, { branch: branch.key, way: "else" }, newStep("add_tag"));
    expect(stepPaths(more).get(more[2]!.else![1]!.key)).toBe("steps[2].else[1]");
    expect(more[0]).toBe(begin[0]);
    const less = withoutStep(more, branch.then![0]!.key);
    expect(types(less)).toEqual(["send", "wait_until", "branch", "wait", "record_pix", "add_tag"]);
    expect(changedStep(begin, begin[1]!.key, (one) => ({ ...one, data: { delay_s: 5 } }))[2]).toBe(branch);
  });
  test("blanks are not said, but for what a message is made of", () => expect(stepsJson([newStep("send", { to: "", template_id: null }), newStep("send", { text: null, template_id: "" }), newStep("send", { image: "pix_code", text: "" }), newStep("add_tag")])).toEqual([{ type: "send", text: "" }, { type: "send", template_id: "" }, { type: "send", image: "pix_code" }, { type: "add_tag" }]));
  test("durations keep their seconds in the unit that shows them whole", () => {
    for (const seconds of [0, 1, 59, 60, 90, 3600, 5400, 86_400, 90_000, -600]) {
      const [n, unit] = inUnit(seconds);
      expect(n * UNITS[unit]).toBe(seconds);
    }
    expect(inUnit(7200)).toEqual([2, "h"]);
  });
});
