/** WhatsApp's marks in a text (`*bold*`, `_italic_`, `~struck~`, three backquotes) and `{{variables}}`, as runs. Never HTML. */
export type Mark = "bold" | "italic" | "strike" | "mono" | "variable";
export interface Run { text: string; marks: Mark[] }

const MARKS: Record<string, Mark> = { "*": "bold", _: "italic", "~": "strike" };
const VARIABLE = /{{[^{}\n]{1,120}}}/;
const MONO = /```([^`]+)```/;
// A mark stands at the edge of a word, holds no blank at its ends, and ends in its own line.
const STYLED = /(?<![\p{L}\p{N}])([*_~])(?!\s)((?:(?!\1)[^\n])+)(?<!\s)\1(?![\p{L}\p{N}])/u;

export function runs(text: string, marks: Mark[] = []): Run[] {
  if (!text) return [];
  const found = [[MONO, "mono"], [VARIABLE, "variable"], [STYLED, null]] as const;
  let first: { at: number; length: number; inner: string; mark: Mark } | null = null;
  for (const [pattern, fixed] of found) {
    const match = pattern.exec(text);
    if (!match || (first && match.index >= first.at)) continue;
    const mark = fixed ?? MARKS[match[1]!]!;
    first = { at: match.index, length: match[0].length, inner: mark === "variable" ? match[0] : mark === "mono" ? match[1]! : match[2]!, mark };
  }
  if (!first) return [{ text, marks }];
  const inside = [...marks, first.mark];
  const middle = first.mark === "mono" || first.mark === "variable" ? [{ text: first.inner, marks: inside }] : runs(first.inner, inside);
  return [...(first.at ? [{ text: text.slice(0, first.at), marks }] : []), ...middle, ...runs(text.slice(first.at + first.length), marks)];
}
