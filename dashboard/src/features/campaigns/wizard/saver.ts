/** Keeps a draft on the server at each change: one request at a time, nothing typed is lost, what is refused stays on the screen. */
import { Problem, type FieldProblem } from "../../../api/problem";
import type { Campaign } from "../../../api/schema.gen";

export type Definition = Pick<Campaign, "name" | "audience" | "variants" | "variables" | "sessions" | "schedule" | "quiet_hours">;
export type Patch = { [K in keyof Definition]?: Definition[K] | null };
export type Phase = "saved" | "saving" | "refused" | "away" | "locked";

const WAIT_MS = 350;
const AGAIN_MS = 2_000;

/** The part of a path before its first dot or bracket: `audience.fields[0].value` belongs to `audience`. */
export const partOf = (field: string): string => field.split(/[.[]/, 1)[0]!;

/** What of a change the API has nothing against. */
export function sound(patch: Patch, errors: FieldProblem[]): Patch {
  const bad = new Set(errors.map((one) => partOf(one.field)));
  return Object.fromEntries(Object.entries(patch).filter(([name]) => !bad.has(name))) as Patch;
}

export class DraftSaver {
  /** Changes that the server does not have yet. */
  pending: Patch = {};
  errors: FieldProblem[] = [];
  savedAt: number | null = null;
  phase: Phase = "saved";
  problem: unknown = null;
  version = 0;
  private refused: Patch = {};
  private timer: ReturnType<typeof setTimeout> | null = null;
  private running: Promise<void> | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly send: (patch: Patch) => Promise<Campaign>, private readonly saved: (campaign: Campaign) => void, private readonly now: () => number = Date.now) {}

  change(patch: Patch): void {
    this.pending = { ...this.pending, ...patch };
    this.errors = this.errors.filter((one) => !(partOf(one.field) in patch));
    if (this.phase !== "locked") this.phase = "saving";
    this.tell();
    this.plan(WAIT_MS);
  }

  /** Save at once, and tell when nothing is left that could be saved: a step is left, the page is hidden. */
  async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    while (this.running) await this.running;
    if (this.open().length) await (this.running = this.save().finally(() => { this.running = null; }));
  }

  subscribe = (tell: () => void): (() => void) => {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  };

  /** Names whose newest value the API has not refused. */
  private open(): (keyof Patch)[] {
    return (Object.keys(this.pending) as (keyof Patch)[]).filter((name) => this.pending[name] !== this.refused[name] || !(name in this.refused));
  }

  private plan(ms: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.timer = null; void this.flush(); }, ms);
  }

  private async save(): Promise<void> {
    if (this.phase === "locked") return;
    const sending = Object.fromEntries(this.open().map((name) => [name, this.pending[name]])) as Patch;
    try {
      this.keep(sending, await this.send(sending));
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 0 || error.status >= 500 || error.status === 429) {
        this.phase = "away";
        this.problem = error;
        this.tell();
        this.plan(error instanceof Problem && error.retryAfterS ? error.retryAfterS * 1000 : AGAIN_MS);
        return;
      }
      if (error.status === 409 || error.status === 404 || error.fields.length === 0) {
        this.phase = "locked";
        this.problem = error;
        return this.tell();
      }
      const good = sound(sending, error.fields);
      for (const name of Object.keys(sending) as (keyof Patch)[]) if (!(name in good)) (this.refused as Record<string, unknown>)[name] = sending[name];
      this.errors = [...this.errors.filter((one) => !(partOf(one.field) in sending)), ...error.fields];
      this.phase = "refused";
      this.tell();
    }
    if (this.open().length) await this.save();
  }

  private keep(sent: Patch, campaign: Campaign): void {
    for (const name of Object.keys(sent) as (keyof Patch)[]) {
      delete this.refused[name];
      if (this.pending[name] === sent[name]) delete this.pending[name];
    }
    this.pending = { ...this.pending };
    this.savedAt = this.now();
    this.problem = null;
    this.phase = this.errors.length ? "refused" : this.open().length ? "saving" : "saved";
    this.saved(campaign);
    this.tell();
  }

  private tell(): void {
    this.version += 1;
    this.listeners.forEach((each) => each());
  }
}
