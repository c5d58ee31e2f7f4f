// @vitest-environment jsdom
/** Both languages say the same things, counted texts have all forms, placeholders agree, and no word is left unused. */
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { allTexts } from ".";

const SOURCE = `${process.cwd()}/src`;
const files = (readdirSync(SOURCE, { recursive: true }) as string[]).filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name) && !name.endsWith("schema.gen.ts"));
const modules = import.meta.glob(["../**/texts.ts"], { eager: true });
const spaces = () => [...allTexts().keys()];
const words = (language: "pt-BR" | "en", space: string) => allTexts().get(space)![language];
const holes = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((found) => found[1]).sort().join();

test("every page's words are found here", () => expect(spaces().length).toBe(Object.keys(modules).length));

test("English says everything that Portuguese says, with the same values in it", () => {
  for (const space of spaces()) {
    expect(Object.keys(words("en", space)).sort(), space).toEqual(Object.keys(words("pt-BR", space)).sort());
    for (const [key, text] of Object.entries(words("pt-BR", space)))
      if (!/_(zero|one|many|other)$/.test(key)) expect(holes(words("en", space)[key]!), `${space}:${key}`).toBe(holes(text));
  }
});

test("a counted text has zero, one, many and other in both languages", () => {
  for (const space of spaces())
    for (const key of Object.keys(words("pt-BR", space)).filter((one) => one.endsWith("_other")))
      for (const form of ["zero", "one", "many", "other"]) expect(words("pt-BR", space), space).toHaveProperty(key.replace(/_other$/, `_${form}`));
});

test("a word that nobody says is taken out", () => {
  for (const [path] of Object.entries(modules)) {
    const folder = path.replace("../", "").replace("/texts.ts", "");
    const text = readFileSync(`${SOURCE}/${folder}/texts.ts`, "utf8");
    const space = /defineTexts\("([\w-]+)"/.exec(text)![1]!;
    const code = files.filter((name) => name.startsWith(`${folder}/`) && !name.endsWith("texts.ts")).map((name) => readFileSync(`${SOURCE}/${name}`, "utf8")).join("\n");
    // Statuses, outcomes and page names are said through a variable: their list stands in the code as text, too.
    for (const key of new Set(Object.keys(words("pt-BR", space)).map((one) => one.replace(/_(zero|one|many|other)$/, ""))))
      expect(code.includes(`"${key}"`) || new RegExp(`\\b${key}\\b\\s*:`).test(code), `${space}:${key}`).toBe(true);
  }
});
