/** The connection: a fresh ticket each time, resuming by sequence, coming back for ever. */
import type { Frame } from "./protocol";
import type { LiveStore } from "./store";

const LATE_MS = 10_000; // two heartbeats are missing
const DEAD_MS = 16_000; // three
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export type Ticket = () => Promise<{ url: string; ticket: string }>;

export class LiveSocket {
  private socket: WebSocket | null = null;
  private readonly topics = new Map<string, number>();
  private retry: ReturnType<typeof setTimeout> | null = null;
  private watch: ReturnType<typeof setInterval> | null = null;
  private attempt = 0;
  private life = 0;

  constructor(private readonly store: LiveStore, private readonly ticket: Ticket, private readonly random: () => number = Math.random) {}

  start(): void {
    this.watch = setInterval(() => this.look(), 1_000);
    addEventListener("online", this.now);
    document.addEventListener("visibilitychange", this.now);
    void this.connect();
  }

  stop(): void {
    this.life += 1;
    if (this.watch) clearInterval(this.watch);
    if (this.retry) clearTimeout(this.retry);
    removeEventListener("online", this.now);
    document.removeEventListener("visibilitychange", this.now);
    this.socket?.close();
    this.socket = null;
  }

  /** Want a topic until the returned function is called. */
  want(topic: string): () => void {
    const users = this.topics.get(topic) ?? 0;
    this.topics.set(topic, users + 1);
    if (users === 0) this.send({ type: "subscribe", topics: [topic], since: this.since([topic]) });
    return () => {
      const left = (this.topics.get(topic) ?? 1) - 1;
      if (left > 0) return void this.topics.set(topic, left);
      this.topics.delete(topic);
      this.store.seqs.delete(topic);
      this.send({ type: "unsubscribe", topics: [topic] });
    };
  }

  /** Connect at once where we wait for the next attempt. */
  readonly now = (): void => {
    if (this.socket || document.visibilityState === "hidden") return;
    if (this.retry) clearTimeout(this.retry);
    this.retry = null;
    void this.connect();
  };

  private async connect(): Promise<void> {
    const life = ++this.life;
    this.store.setStatus({ phase: this.store.status.heardAt ? "waiting" : "connecting", attempt: this.attempt });
    try {
      const { url, ticket } = await this.ticket();
      if (life !== this.life) return;
      this.open(url, ticket, life);
    } catch {
      if (life === this.life) this.again();
    }
  }

  private open(url: string, ticket: string, life: number): void {
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "auth", ticket }));
      const topics = [...this.topics.keys()];
      if (topics.length) this.send({ type: "subscribe", topics, since: this.since(topics) });
    };
    socket.onmessage = (message) => {
      if (life !== this.life || typeof message.data !== "string") return;
      this.attempt = 0;
      const gap = this.store.take(JSON.parse(message.data) as Frame, Date.now());
      if (gap) this.send({ type: "subscribe", topics: [gap] });
    };
    socket.onclose = () => {
      if (life !== this.life) return;
      this.socket = null;
      this.again();
    };
  }

  private again(): void {
    this.attempt += 1;
    this.store.setStatus({ phase: "waiting", attempt: this.attempt });
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempt);
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.connect();
    }, FIRST_WAIT_MS + this.random() * (longest - FIRST_WAIT_MS));
  }

  private look(): void {
    const { heardAt, phase } = this.store.status;
    if (!this.socket || heardAt === null) return;
    const silent = Date.now() - heardAt;
    if (silent > DEAD_MS) this.socket.close();
    else if (silent > LATE_MS && phase === "live") this.store.setStatus({ phase: "late" });
  }

  private since(topics: string[]): Record<string, string> {
    return Object.fromEntries(topics.flatMap((topic) => (this.store.seqs.has(topic) ? [[topic, this.store.seqs.get(topic)!]] : [])));
  }

  private send(frame: unknown): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }
}
