/** The columns of a confusion table: its own intents in their order, then what else was told, the most first, "unsure" last. */
import type { AiConfusion } from "../../api/schema.gen";

export function columnsOf(table: Pick<AiConfusion, "rows">): string[] {
  const own = table.rows.map((row) => row.intent);
  const others = new Map<string, number>();
  for (const { intent, examples } of table.rows.flatMap((row) => row.told)) if (!own.includes(intent)) others.set(intent, (others.get(intent) ?? 0) + examples);
  const last = (name: string) => Number(name === "unsure");
  return [...own, ...[...others].sort(([a, n], [b, m]) => last(a) - last(b) || m - n).map(([name]) => name)];
}
