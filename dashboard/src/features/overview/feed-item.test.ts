import { expect, test } from "vitest";
import { sameItem, type Item } from "./feed-item";

const ITEM: Item = { id: "e1", event_type: "pix_created", state: "processed", created_at: "2026-11-22T13:05:00.000Z", messages: [{ id: "m1", status: "accepted", at_ms: 5 }] };

test("an event that came again as it was is the same", () => expect(sameItem(ITEM, structuredClone(ITEM))).toBe(true));

test("an event whose message moved on, or that got another one, is not", () => {
  expect(sameItem(ITEM, { ...ITEM, messages: [{ id: "m1", status: "read", at_ms: 9 }] })).toBe(false);
  expect(sameItem(ITEM, { ...ITEM, messages: [...ITEM.messages, { id: "m2", status: "queued" }] })).toBe(false);
  expect(sameItem(ITEM, { ...ITEM, state: "failed" })).toBe(false);
  expect(sameItem(ITEM, { ...ITEM, customer_phone: "+55119••••0000" })).toBe(false);
});
