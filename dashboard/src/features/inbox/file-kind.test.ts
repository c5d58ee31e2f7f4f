import { expect, test } from "vitest";
import { kindOf, nameOf } from "./file-kind";

test("what a browser draws or plays is shown, everything that could run something is a file", () => {
  expect(["image/jpeg", "Audio/OGG; codecs=opus", "video/mp4", "application/pdf", "image/svg+xml", "text/html", null, "constructor"].map(kindOf))
    .toEqual(["image", "audio", "video", "file", "file", "file", "file", "file"]);
});

test("a file keeps its name without its path and without signs that mislead", () => {
  const name = (filename: string | null, mime_type: string | null = null) => nameOf({ id: "1", filename, mime_type });
  expect([name("nota fiscal.pdf"), name("../../etc/passwd"), name("C:\\x\\y.doc"), name("foto\u202egpj.exe"), name("...", "audio/ogg; codecs=opus"), name(null, "image/jpeg"), name(null)])
    .toEqual(["nota fiscal.pdf", "passwd", "y.doc", "fotogpj.exe", "whatsapp.ogg", "whatsapp.jpg", "whatsapp.bin"]);
});
