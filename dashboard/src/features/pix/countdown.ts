/** What is left as "14:59" or "2:05:00"; null where it is past or more than a day away. */
export function countdown(ms: number): string | null {
  if (ms <= 0 || ms >= 86_400_000) return null;
  const s = Math.ceil(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  return `${h > 0 ? `${h}:${two(Math.floor((s % 3600) / 60))}` : Math.floor(s / 60)}:${two(s % 60)}`;
}
