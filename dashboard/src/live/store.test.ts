import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Frame } from "./protocol";
import { LiveStore } from "./store";

const frame = (type: "snapshot" | "delta", seq: string, data: object, topic = "metrics"): Frame => ({ type, topic, seq, ts: 1, oldest_ts: 1, data } as Frame);
let store: LiveStore;

beforeEach(() => {
  vi.useFakeTimers();
  store = new LiveStore((flush) => flush(), () => Date.now());
});
afterEach(() => vi.useRealTimers());

test("a delta changes what the snapshot told, and parts that stay are the same objects", () => {
  store.take(frame("snapshot", "1-1", { a: { n: 1 }, b: { n: 2 } }), 0);
  vi.advanceTimersByTime(200);
  const before = store.get("metrics")!;
  store.take(frame("delta", "1-2", { a: { n: 5 } }), 0);
  vi.advanceTimersByTime(200);
  expect(store.get("metrics")).toEqual({ a: { n: 5 }, b: { n: 2 } });
  expect(store.get("metrics")!.b).toBe(before.b);
});

test("a gap or another epoch names the topic that is to be asked anew, and shows nothing of it", () => {
  store.take(frame("snapshot", "1-1", { n: 1 }), 0);
  expect(store.take(frame("delta", "1-3", { n: 3 }), 0)).toBe("metrics");
  vi.advanceTimersByTime(200);
  expect(store.get("metrics")).toEqual({ n: 1 });
  expect(store.take(frame("delta", "2-2", { n: 9 }), 0)).toBe("metrics");
  expect(store.take(frame("snapshot", "2-7", { n: 7 }), 0)).toBeNull();
  vi.advanceTimersByTime(200);
  expect(store.get("metrics")).toEqual({ n: 7 });
});

test("a thousand updates within a second are told at most ten times, and the last one is shown", () => {
  const told = vi.fn();
  store.subscribe("metrics", told);
  store.take(frame("snapshot", "1-0", { n: 0 }), 0);
  for (let n = 1; n <= 1000; n += 1) {
    store.take(frame("delta", `1-${n}`, { n }), 0);
    vi.advanceTimersByTime(1);
  }
  expect(told.mock.calls.length).toBeLessThanOrEqual(11);
  expect(told.mock.calls.length).toBeGreaterThan(5);
  vi.advanceTimersByTime(200);
  expect(store.get("metrics")).toEqual({ n: 1000 });
});

test("held, it shows the old state and then the newest one", () => {
  store.take(frame("snapshot", "1-1", { n: 1 }), 0);
  vi.advanceTimersByTime(200);
  store.hold(true);
  store.take(frame("delta", "1-2", { n: 2 }), 0);
  vi.advanceTimersByTime(500);
  expect(store.get("metrics")).toEqual({ n: 1 });
  store.hold(false);
  vi.advanceTimersByTime(200);
  expect(store.get("metrics")).toEqual({ n: 2 });
});

test("after clearing nothing of the company before is there", () => {
  store.take(frame("snapshot", "1-1", { n: 1 }), 0);
  vi.advanceTimersByTime(200);
  store.clear();
  expect(store.get("metrics")).toBeUndefined();
  expect(store.seqs.size).toBe(0);
});
