/** Live state outside React: frames change a map at once, listeners hear of it at most ten times a second. */
import { merge, type Data } from "./patch";
import { follows, type Frame } from "./protocol";

export type Phase = "connecting" | "live" | "late" | "waiting" | "paused";
export interface Status {
  phase: Phase;
  /** When the last frame came (this machine's clock), null before the first. */
  heardAt: number | null;
  attempt: number;
  latencyMs: number | null;
}

const FLUSH_MS = 100;

export class LiveStore {
  readonly seqs = new Map<string, string>();
  status: Status = { phase: "connecting", heardAt: null, attempt: 0, latencyMs: null };
  flushes = 0;
  private readonly data = new Map<string, Data>();
  private readonly shown = new Map<string, Data>();
  private readonly dirty = new Set<string>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly statusListeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private flushedAt = 0;
  private held = false;

  /** `schedule` calls back before the next paint; hidden tabs do not paint, and nothing is shown there. */
  constructor(private readonly schedule: (flush: () => void) => void = (flush) => requestAnimationFrame(flush), private readonly now: () => number = () => performance.now()) {}

  /** Take a frame; returns a topic whose sequence has a gap, which is to be asked for anew. */
  take(frame: Frame, at: number): string | null {
    if (frame.type === "error") return null;
    this.setStatus({ phase: this.held ? "paused" : "live", heardAt: at, attempt: 0, latencyMs: frame.type === "heartbeat" ? this.status.latencyMs : Math.max(0, at - frame.oldest_ts) });
    if (frame.type === "heartbeat") return null;
    const { topic, seq } = frame;
    if (frame.type === "delta" && !follows(this.seqs.get(topic), seq)) {
      this.seqs.delete(topic);
      return topic;
    }
    this.seqs.set(topic, seq);
    this.data.set(topic, frame.type === "snapshot" ? frame.data : (merge(this.data.get(topic), frame.data) as Data));
    this.dirty.add(topic);
    this.plan();
    return null;
  }

  get(topic: string): Data | undefined {
    return this.shown.get(topic);
  }

  subscribe(topic: string, tell: () => void): () => void {
    let known = this.listeners.get(topic);
    if (!known) this.listeners.set(topic, (known = new Set()));
    known.add(tell);
    return () => known.delete(tell);
  }

  subscribeStatus(tell: () => void): () => void {
    this.statusListeners.add(tell);
    return () => this.statusListeners.delete(tell);
  }

  setStatus(change: Partial<Status>): void {
    const phaseChanged = change.phase !== undefined && change.phase !== this.status.phase;
    const attemptChanged = change.attempt !== undefined && change.attempt !== this.status.attempt;
    this.status = { ...this.status, ...change };
    if (phaseChanged || attemptChanged) this.statusListeners.forEach((tell) => tell());
  }

  /** Hold what is shown, or show the present again. */
  hold(held: boolean): void {
    this.held = held;
    this.setStatus({ phase: held ? "paused" : "live" });
    if (!held) this.plan();
  }

  get holding(): boolean {
    return this.held;
  }

  /** Forget a company's data; another one's must never be shown in its place. */
  clear(): void {
    for (const topic of this.data.keys()) this.dirty.add(topic);
    this.data.clear();
    this.shown.clear();
    this.seqs.clear();
    this.plan();
  }

  private plan(): void {
    if (this.timer !== null || this.held || this.dirty.size === 0) return;
    const wait = Math.max(0, this.flushedAt + FLUSH_MS - this.now());
    this.timer = setTimeout(() => this.schedule(() => this.flush()), wait);
  }

  private flush(): void {
    this.timer = null;
    this.flushedAt = this.now();
    if (this.held) return;
    this.flushes += 1;
    const topics = [...this.dirty];
    this.dirty.clear();
    for (const topic of topics) {
      const data = this.data.get(topic);
      if (data) this.shown.set(topic, data);
      else this.shown.delete(topic);
      this.listeners.get(topic)?.forEach((tell) => tell());
    }
  }
}
