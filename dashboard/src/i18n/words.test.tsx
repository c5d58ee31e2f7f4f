// @vitest-environment jsdom
/** A page says its words in the language of the moment, counts by its rules, and changes while it stands. */
import { act, render, screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { defineTexts, setLanguage, Speaking } from ".";

const useTexts = defineTexts("words-test", {
  hello: "Olá, {{name}}", plain: "Só em português",
  sent_zero: "Nenhuma mensagem", sent_one: "{{n}} mensagem", sent_many: "{{n}} de mensagens", sent_other: "{{n}} mensagens",
}, {
  hello: "Hello, {{name}}", plain: "Only in Portuguese",
  sent_zero: "No messages", sent_one: "{{n}} message", sent_many: "{{n}} messages", sent_other: "{{n}} messages",
});
const said = (ask: (t: ReturnType<typeof useTexts>) => string) => {
  function Said() { return <p>{ask(useTexts())}</p>; }
  const { container, unmount } = render(<Speaking><Said /></Speaking>);
  const { textContent } = container;
  unmount();
  return textContent;
};

beforeEach(() => setLanguage("pt-BR"));

test("counts: none, one, many and others, each with its number as it is written", () => {
  expect([0, 1, 2, 1234, 1_000_000].map((count) => said((t) => t("sent", { count })))).toEqual(["Nenhuma mensagem", "1 mensagem", "2 mensagens", "1.234 mensagens", "1.000.000 de mensagens"]);
  setLanguage("en");
  expect([0, 1, 1234].map((count) => said((t) => t("sent", { count })))).toEqual(["No messages", "1 message", "1,234 messages"]);
});

test("values go in as they are, also where they look like markup or a placeholder", () => {
  expect(said((t) => t("hello", { name: "<b>{{name}}</b> $& 1" }))).toBe("Olá, <b>{{name}}</b> $& 1");
  expect(said((t) => t("hello"))).toBe("Olá, ");
});

test("a word that is not ours is said as it came", () => {
  expect(said((t) => t("constructor" as "plain"))).toBe("constructor");
  expect(said((t) => t("sent_x" as "plain", { count: 3 }))).toBe("sent_x");
});

test("a page that stands changes its language, and its words are the same function until then", () => {
  const seen: unknown[] = [];
  function Page({ n }: { n: number }) {
    const t = useTexts();
    seen.push(t);
    return <p>{`${t("hello", { name: "Ana" })} ${n}`}</p>;
  }
  const { rerender } = render(<Speaking><Page n={1} /></Speaking>);
  rerender(<Speaking><Page n={2} /></Speaking>);
  expect(seen.every((one) => one === seen[0])).toBe(true);
  act(() => setLanguage("en"));
  expect(screen.getByText("Hello, Ana 2")).toBeTruthy();
});
