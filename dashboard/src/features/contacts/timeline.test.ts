import { expect, test } from "vitest";
import type { Consent, EventSummary, Message } from "../../api/schema.gen";
import { merged } from "./timeline";

const at = (minute: number) => `2026-11-22T16:${String(minute).padStart(2, "0")}:00.000Z`;
const events = (...minutes: number[]) => minutes.map((minute) => ({ id: `${minute}`, created_at: at(minute) }) as EventSummary);
const messages = (...minutes: number[]) => minutes.map((minute) => ({ id: `${minute}`, created_at: at(minute) }) as Message);
const consents = (...minutes: number[]) => minutes.map((minute) => ({ id: `${minute}`, created_at: at(minute) }) as Consent);
const keys = (told: { rows: { key: string }[] }) => told.rows.map((row) => row.key);

test("newest first, whatever list it came from", () =>
  expect(keys(merged({ rows: events(5, 1), more: false }, { rows: messages(6, 2), more: false }, { rows: consents(3), more: false }))).toEqual(["m 6", "e 5", "c 3", "m 2", "e 1"]));

test("nothing is shown behind the end of a list that has more", () => {
  const told = merged({ rows: events(9, 8), more: true }, { rows: messages(9, 7, 1), more: false }, { rows: [], more: false });
  expect(keys(told)).toEqual(["m 9", "e 9", "e 8"]);
  expect(told.more).toBe(true);
});

test("nobody has nothing", () => expect(merged({ rows: [], more: false }, { rows: [], more: false }, { rows: [], more: false })).toEqual({ rows: [], more: false }));
