/** A rehearsed conversation: what was written, and what would have become of it. */
import type { AiSimulation, AiSimulationInput } from "../../../api/schema.gen";
import type { Tone } from "../../../ui/status";

export interface Turn { text: string; told: AiSimulation }

export const TONES: Record<AiSimulation["outcome"], Tone> = { answered: "success", handed_over: "warning", silent: "skipped", suggested: "info" };

/** As much of what went before as a decision looks at. */
export const MOST_SAID = 8;

/** What went before, the oldest first, as the API takes it. */
export function saidOf(turns: readonly Turn[]): NonNullable<AiSimulationInput["said"]> {
  const said = turns.flatMap(({ text, told }) => [{ from: "person" as const, text }, ...(told.outcome === "answered" && told.text ? [{ from: "company" as const, text: told.text }] : [])]);
  return said.slice(-MOST_SAID);
}
