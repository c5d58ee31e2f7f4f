// @vitest-environment jsdom
import { expect, test } from "vitest";
import { limitsOf, optionsOf, type LimitsForm } from "./limits";

const cloud = (options: Record<string, unknown>) => ({ transport: "cloud", throughput: 80, tier: "TIER_250", options });
const web = (options: Record<string, unknown>) => ({ transport: "web", throughput: 80, tier: "TIER_250", options });
const changed = (session: ReturnType<typeof cloud>, change: Partial<LimitsForm>) => optionsOf({ ...limitsOf(session), ...change }, session);

test.each([
  cloud({}), cloud({ budgets: { per_hour: 10, per_day: 100, warm_up: true, identical_per_hour: 3, marketing_per_day: null, outside_window: "hold", paused_lanes: ["bulk"], quiet_hours: { from: "21:00", to: "08:00", transactional: true }, portfolio_id: "p" }, x: 1 }),
  web({}), web({ web: { client: "simulated", pace: "safe", limits: { per_day: 90, stranger_s: [1, 2] }, warm_up: false, number_age_days: 400, check_numbers: false } }),
])("what is not touched comes back as it was: %j", (session) => expect(optionsOf(limitsOf(session), session)).toEqual(session.options));

test("an emptied field takes its limit away; the last one takes the part away", () => {
  expect(changed(cloud({ budgets: { per_day: 9, per_hour: 2 } }), { perDay: "" })).toEqual({ budgets: { per_hour: 2 } });
  expect(changed(cloud({ budgets: { per_day: 9 } }), { perDay: " " })).toEqual({});
});
test("caps of a WhatsApp-Web session are its own", () => expect(changed(web({}), { perDay: "90", pace: "safe", ageDays: "30" })).toEqual({ web: { pace: "safe", number_age_days: 30, limits: { per_day: 90 } } }));
test("no marketing limit is said as such, the usual one is not said", () => {
  expect(changed(cloud({}), { marketing: "" })).toEqual({ budgets: { marketing_per_day: null } });
  expect(changed(cloud({ budgets: { marketing_per_day: 5 } }), { marketing: "2" })).toEqual({});
});
test("half of the quiet hours goes to the API, which says what is missing", () => expect(changed(cloud({}), { quietFrom: "21:00" })).toEqual({ budgets: { quiet_hours: { from: "21:00", to: "" } } }));
