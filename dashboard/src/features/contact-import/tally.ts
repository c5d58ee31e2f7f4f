/** What becomes of the rows that are shown: taken in, taken in without a value, refused, empty. */
interface Row { problem: string | null; phone: string | null }

export function tally(rows: Row[]): { rows: number; taken: number; partly: number; refused: number; empty: number } {
  const sums = { rows: rows.length, taken: 0, partly: 0, refused: 0, empty: 0 };
  for (const row of rows) {
    if (row.phone !== null) sums[row.problem === null ? "taken" : "partly"] += 1;
    else sums[row.problem === null ? "empty" : "refused"] += 1;
  }
  return sums;
}

/** How fast it went, in rows a second; null before anything can be said. */
export function rowsPerSecond(job: { done: number; started_at: string | null; finished_at: string | null }, now: number): number | null {
  if (!job.started_at || job.done === 0) return null;
  const seconds = ((job.finished_at ? Date.parse(job.finished_at) : now) - Date.parse(job.started_at)) / 1000;
  return seconds > 0 ? job.done / seconds : null;
}
