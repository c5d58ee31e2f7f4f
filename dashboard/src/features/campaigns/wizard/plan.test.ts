import { expect, test } from "vitest";
import { canMap, changed, hasOwn, isEverybody, kindOf, recurring, scheduled, stepOf, valueFor, variablesOf, withSource, type Audience } from "./plan";

test("taking the last filter away chooses nobody; everybody is asked for by name", () => {
  const one = changed(null, { lists: ["a"] });
  expect(one).toEqual({ lists: ["a"] });
  expect(changed(one, { lists: [] })).toBeNull();
  expect(changed({ tags: { any: ["x"] } }, { tags: { any: [] } })).toBeNull();
  expect([isEverybody({}), isEverybody(null), isEverybody(one)]).toEqual([true, false, false]);
});
test("parts of an audience do not disturb each other", () => {
  let audience: Audience | null = changed(null, { tags: { any: ["vip"], none: [] } });
  audience = changed(audience, { last_event: { within_days: 30, types: [] } });
  audience = changed(audience, { fields: [{ field: "plano", op: "equals", value: "ouro" }] });
  expect(audience).toEqual({ tags: { any: ["vip"] }, last_event: { within_days: 30 }, fields: [{ field: "plano", op: "equals", value: "ouro" }] });
});
test("typed values as their operator takes them", () => expect([valueFor("greater", "97,50"), valueFor("greater", "2026-01-01T00:00:00Z"), valueFor("in", "11, 21;31"), valueFor("exists", "false"), valueFor("equals", " "), valueFor("equals", "011")]).toEqual([97.5, "2026-01-01T00:00:00Z", ["11", "21", "31"], false, undefined, "011"]));
test("a template's variables, wherever they stand, once each", () => {
  const template = { body: "Oi {{customer_name|first_name}}, {{ order_value | money }} {{customer_name}} {{$.cidade}}", components: [{ type: "BUTTONS", url: "x/{{order_id}}" }] };
  expect(variablesOf([template])).toEqual(["customer_name", "order_value", "$.cidade", "order_id"]);
  expect([hasOwn("customer_name"), hasOwn("$.cidade"), hasOwn("order_value"), canMap("$.a.b"), canMap("$.a")]).toEqual([true, true, false, false, true]);
});
test("sources: what says nothing is left out", () => {
  const one = withSource(undefined, "order_value", { value: "97.00", default: "" });
  expect(one).toEqual({ order_value: { value: "97.00" } });
  expect(kindOf(one?.order_value)).toBe("value");
  expect(withSource(one ?? undefined, "order_value", { value: "" })).toBeNull();
  expect(withSource(one ?? undefined, "customer_name", { field: "name", default: "cliente" })).toEqual({ order_value: { value: "97.00" }, customer_name: { field: "name", default: "cliente" } });
});
test("schedules: now says nothing, a time names its zone", () => {
  const later = scheduled(null, { start_at: "2026-12-01T12:00:00.000Z" }, "America/Sao_Paulo");
  expect(later).toEqual({ start_at: "2026-12-01T12:00:00.000Z", time_zone: "America/Sao_Paulo" });
  expect(scheduled(later, { start_at: null }, "UTC")).toBeNull();
  const weekly = scheduled(later, { recurrence: recurring("week", undefined) }, "UTC");
  expect(weekly?.recurrence).toEqual({ every: "week", at: "09:00", weekdays: [1] });
  expect(recurring("month", weekly?.recurrence)).toEqual({ every: "month", at: "09:00", day: 1 });
});
test("what is wrong is mended in its step", () => expect(["audience.fields[0].value", "variants[0].template_id", "sessions", "schedule.start_at", "quiet_hours.from"].map(stepOf)).toEqual(["audience", "message", "sending", "sending", "sending"]));
