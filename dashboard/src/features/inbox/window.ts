/** How long WhatsApp still takes free texts: 24 hours from what the person wrote last. */
export function leftMs(closesAt: string | null | undefined, now: number): number | null {
  if (!closesAt) return null;
  const left = Date.parse(closesAt) - now;
  return left > 0 ? left : null;
}

/** What stands behind a slash where the caret is: "/fre" asks for quick replies that begin with "fre". */
export function slashed(text: string, caret: number): { from: number; word: string } | null {
  const found = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(text.slice(0, caret));
  return found ? { from: caret - found[1]!.length - 1, word: found[1]! } : null;
}
