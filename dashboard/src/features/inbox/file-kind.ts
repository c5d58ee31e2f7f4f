/** What a file that a person sent is shown as. Names and types come from strangers: what is not known well is only saved. */
export interface SentFile { id: string | null; mime_type: string | null; filename: string | null }
export type Kind = "image" | "audio" | "video" | "file";

const ENDINGS: Record<string, string> = {
  "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "video/mp4": "mp4", "video/3gpp": "3gp",
  "audio/aac": "aac", "audio/mp4": "m4a", "audio/mpeg": "mp3", "audio/amr": "amr", "audio/ogg": "ogg", "application/pdf": "pdf",
};

const known = (type: string): string | undefined => (Object.hasOwn(ENDINGS, type) ? ENDINGS[type] : undefined);
const bare = (type: string | null) => (type ?? "").split(";")[0]!.trim().toLowerCase();

/** Only types that a browser draws or plays without running anything: an SVG picture, or HTML, is a file. */
export function kindOf(type: string | null): Kind {
  if (!known(bare(type))) return "file";
  const kind = bare(type).split("/")[0];
  return kind === "image" || kind === "audio" || kind === "video" ? kind : "file";
}

/** Under what name it is saved: its own without paths and signs that mislead, else one of its type. */
export function nameOf(file: SentFile): string {
  // Control signs, and those that turn the reading direction, make "gpj.exe" read like "exe.jpg".
  const own = (file.filename ?? "").replace(/[\p{Cc}\p{Cf}]/gu, "").split(/[/\\]/).at(-1)!.replace(/^\.+/, "").trim().slice(0, 120);
  return own || `whatsapp.${known(bare(file.mime_type)) ?? "bin"}`;
}
