import { expect, test } from "vitest";
import type { Flow, FlowKind } from "../../api/schema.gen";
import { countdown } from "./countdown";
import { bodyOf, formOf } from "./form";

const KIND = { kind: "pix", name: "PIX", name_en: "PIX", event_types: [], in_use: false, parts: [
  { part: "created", name: "a", defaults: { active: true, text: "Olá", code: true, code_delay_s: 2, image: false, image_text: "x" } },
  { part: "reminder", name: "b", defaults: { active: true, minutes_before: 10, fallback_minutes: 20, text: "Oi", code: true, code_delay_s: 2 } },
  { part: "expired", name: "c", defaults: { active: false, fallback_minutes: 60, text: "Fim" } },
  { part: "approved", name: "d", defaults: { active: true, text: "Ok" } },
] } as FlowKind;
const flow = (settings: object) => ({ settings }) as Flow;

test("without a flow the catalogue's settings are shown and sent as they are", () => {
  const body = bodyOf({ ...formOf(KIND, null), session_id: "s" }, null);
  expect(body).toMatchObject({ session_id: "s", source: null, active: true, schedule: null });
  for (const part of KIND.parts) expect((body.parts as Record<string, object>)[part.part]).toEqual({ template_id: null, ...part.defaults });
});
test("what is stored comes back unchanged, what the form does not show included", () => {
  const settings = { session_id: "s", source: "grapfy", active: false, schedule: { days: ["mon"], from: "08:00", to: "21:00", zone: "recipient", outside: "skip" }, parts: { created: { active: false, text: "A", code: true, code_delay_s: 0, image: true, image_text: "B", template_id: "t" } } };
  const body = bodyOf(formOf(KIND, flow(settings)), flow(settings));
  expect(body).toMatchObject(settings);
});
test("numbers are numbers, and what is none is told as it was typed", () => {
  const form = formOf(KIND, null);
  form.parts.reminder.minutes_before = "15";
  form.parts.expired.fallback_minutes = "uma hora";
  expect(bodyOf(form, null).parts).toMatchObject({ reminder: { minutes_before: 15 }, expired: { fallback_minutes: "uma hora" } });
});

test("a countdown tells minutes and seconds, hours above an hour, and nothing when it is over", () => {
  expect([899_000, 59_400, 1, 7_500_000, 0, -5, 86_400_000].map(countdown)).toEqual(["14:59", "1:00", "0:01", "2:05:00", null, null, null]);
});
