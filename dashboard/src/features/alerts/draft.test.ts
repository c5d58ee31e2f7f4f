import { describe, expect, test } from "vitest";
import type { Alert } from "../../api/schema.gen";
import { ABOUT, FRESH, fromAlert, METRICS, ready, toInput, type Draft } from "./draft";

const told = (draft: Draft): Alert => {
  const input = toInput(draft);
  return { ...input, scope: input.scope ?? {}, quiet: input.quiet ?? null, channels: input.channels ?? {}, id: "a", unit: ABOUT[draft.metric].unit, state: "ok", state_since: "", value: null, looked_at: null, created_at: "", updated_at: "" } as Alert;
};

describe("an alert's form", () => {
  test("speaks of per cent where the API speaks of shares", () => expect([toInput({ ...FRESH, threshold: "12,5" }).threshold, fromAlert(told({ ...FRESH, threshold: "12,5" })).threshold]).toEqual([0.125, "12.5"]));
  test("goes to the API and comes back the same, for every metric", () => {
    for (const metric of METRICS) {
      const { by, windowed } = ABOUT[metric];
      const draft: Draft = { ...FRESH, name: "Noite", metric, threshold: "7", window_min: windowed ? "30" : "10", sessions: by === "sessions" ? ["s1", "s2"] : [], sources: by === "sources" ? "grapfy, loja" : "", quiet: true, from: "21:00", to: "06:30", app: false, webhook: true, whatsapp: true, session_id: "s1", phone: "+5511900000000", template: "aviso", active: false };
      expect(fromAlert(told(draft)), metric).toEqual(draft);
    }
  });
  test("sends no scope that the metric does not take", () => {
    expect(toInput({ ...FRESH, metric: "silence", threshold: "5", sessions: ["s1"] }).scope).toEqual({});
    expect(toInput({ ...FRESH, metric: "failure_rate", sources: "grapfy" }).scope).toEqual({});
  });
  test("leaves to the API what is no number", () => expect([toInput({ ...FRESH, threshold: "muitas" }).threshold, ready({ ...FRESH, threshold: "muitas" }), ready(FRESH), ready({ ...FRESH, threshold: "" })]).toEqual(["muitas", false, true, false]));
  test("without quiet times and WhatsApp sends none", () => expect([toInput(FRESH).quiet, toInput(FRESH).channels!.whatsapp]).toEqual([null, null]));
});
