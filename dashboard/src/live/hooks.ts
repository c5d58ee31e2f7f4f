/** Live topics in components: `useLive("metrics", pick)`; several users of a topic share one subscription. */
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { api, read } from "../api/client";
import type { Data } from "./patch";
import { LiveSocket } from "./socket";
import { LiveStore, type Status } from "./store";

export const live = new LiveStore();
const socket = new LiveSocket(live, () => read(api.GET("/api/v1/live")));

/** Connect for the company of this tab; returns what ends it. */
export function connectLive(): () => void {
  live.clear();
  live.setStatus({ phase: "connecting", heardAt: null, attempt: 0 });
  socket.start();
  return () => socket.stop();
}

export const reconnectNow = () => socket.now();

export function useLive<T extends object = Data>(topic: string | null): T | undefined {
  useEffect(() => (topic ? socket.want(topic) : undefined), [topic]);
  const subscribe = useCallback((tell: () => void) => (topic ? live.subscribe(topic, tell) : () => undefined), [topic]);
  return useSyncExternalStore(subscribe, () => (topic ? live.get(topic) : undefined)) as T | undefined;
}

/** Have a topic told, for who reads it now and then. */
export function useTopic(topic: string): void {
  useEffect(() => socket.want(topic), [topic]);
}

/** The same at most once in `everyMs`: for charts, whose cost is per render. */
export function useLiveSlow<T extends object = Data>(topic: string, everyMs: number): T | undefined {
  useTopic(topic);
  const [shown, show] = useState<T | undefined>(() => live.get(topic) as T | undefined);
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") show(live.get(topic) as T | undefined);
    };
    look(); // what is told more often from now on is told at once
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  }, [topic, everyMs]);
  return shown;
}

export function useLiveStatus(): Status {
  return useSyncExternalStore(useCallback((tell: () => void) => live.subscribeStatus(tell), []), () => live.status);
}

/** The present, told once every so often; nothing ticks in a hidden tab. */
export function useNow(everyMs = 1_000): number {
  const [now, set] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && set(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** Several topics at once, at most once in `everyMs`: what stays the same stays identical. */
export function useLiveMany<T extends object = Data>(topics: string[], everyMs: number): Record<string, T | undefined> {
  const names = topics.join(" ");
  const [shown, show] = useState<Record<string, T | undefined>>({});
  useEffect(() => {
    const wanted = names ? names.split(" ") : [];
    const ends = wanted.map((topic) => socket.want(topic));
    const look = () => {
      if (document.visibilityState !== "visible") return;
      show((before) => {
        const now = Object.fromEntries(wanted.map((topic) => [topic, live.get(topic) as T | undefined]));
        return wanted.length === Object.keys(before).length && wanted.every((topic) => topic in before && before[topic] === now[topic]) ? before : now;
      });
    };
    look();
    const timer = setInterval(look, everyMs);
    return () => {
      clearInterval(timer);
      ends.forEach((end) => end());
    };
  }, [names, everyMs]);
  return shown;
}
