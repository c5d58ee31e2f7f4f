// @vitest-environment jsdom
import { expect, test } from "vitest";
import type { Agent } from "../../api/schema.gen";
import { bodyOf, draftOf } from "./agent-draft";

const BIA = {
  id: "a", name: "Bia", session_id: null, active: true, has_key: true, created_at: "", updated_at: "",
  settings: { persona: "Ajuda alunos.", actions: ["order_state"], tags: ["vip"], hours: [{ days: [0, 1], from: "09:00", to: "18:00" }, { days: [5], from: "09:00", to: "12:00" }], zone: "America/Sao_Paulo", delay_s: [2, 8], least: 0.7, hosts: ["loja.com"] },
  model: { url: "https://api.example.com/v1", name: "m", timeout_s: 12, daily_cost: 3 },
} as unknown as Agent;

test("what is not touched is sent as it was", () => {
  const body = bodyOf(draftOf(BIA), BIA);
  expect(body.settings).toMatchObject(BIA.settings);
  expect(body.model).toMatchObject({ url: "https://api.example.com/v1", timeout_s: 12, daily_cost: 3 });
  expect(body.model).not.toHaveProperty("key");
});

test("without a model, and always at work", () => {
  const body = bodyOf({ ...draftOf(BIA), model: false, always: true }, BIA);
  expect(body.model).toBeNull();
  expect(body.settings.hours).toEqual([]);
});

test("a number that is none goes to the API as it was typed", () => expect(bodyOf({ ...draftOf(null), least: "muito" }, null).settings.least).toBe("muito"));
