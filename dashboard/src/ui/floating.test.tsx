// @vitest-environment jsdom
/** A button that opens something is only a button until it is pressed; then it opens as if it had always been ready. */
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { Menu, MenuItem } from "./menu";
import { Popover } from "./popover";

// What the browser has and jsdom has not.
globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} };
Element.prototype.scrollIntoView ??= () => undefined;
Element.prototype.hasPointerCapture ??= () => false;

const SLOW_MS = 60_000;
const SOON = { timeout: 20_000 };
// What it loads is large for a test runner, which reads it file by file; a browser has it in one.
beforeAll(async () => { await import("./opened"); }, 120_000);
afterEach(cleanup);
const press = (button: HTMLElement, detail: number) => act(async () => { fireEvent.click(button, { detail }); });

test("a menu opens at the first press, and an entry does what it says", async () => {
  const picked = vi.fn();
  render(<Menu trigger={<button type="button">{"Mais"}</button>}><MenuItem onSelect={picked}>{"Excluir"}</MenuItem></Menu>);
  const button = screen.getByRole("button", { name: "Mais" });
  expect([button.getAttribute("aria-haspopup"), button.getAttribute("aria-expanded")]).toEqual(["menu", "false"]);
  expect(screen.queryByRole("menu")).toBeNull();
  await press(button, 1);
  const entry = await screen.findByRole("menuitem", { name: "Excluir" }, SOON);
  await press(entry, 1);
  expect(picked).toHaveBeenCalledOnce();
  expect(screen.queryByRole("menu")).toBeNull();
}, SLOW_MS);

test("who opens it by a key stands on its first entry, and on the button once it is closed", async () => {
  render(<Menu trigger={<button type="button">{"Mais"}</button>}><MenuItem onSelect={() => undefined}>{"Um"}</MenuItem><MenuItem onSelect={() => undefined}>{"Dois"}</MenuItem></Menu>);
  await act(async () => { fireEvent.keyDown(screen.getByRole("button", { name: "Mais" }), { key: "ArrowDown" }); });
  const first = await screen.findByRole("menuitem", { name: "Um" }, SOON);
  await vi.waitFor(() => expect(document.activeElement).toBe(first), SOON);
  await act(async () => { fireEvent.keyDown(first, { key: "Escape" }); });
  expect(screen.queryByRole("menu")).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Mais" }));
}, SLOW_MS);

test("a popover that somebody else opens and closes", async () => {
  function Owner() {
    const [open, setOpen] = useState(false);
    return <Popover label="Empresas" open={open} onOpenChange={setOpen} trigger={<button type="button">{"Trocar"}</button>}><button type="button" onClick={() => setOpen(false)}>{"Loja B"}</button></Popover>;
  }
  render(<Owner />);
  await press(screen.getByRole("button", { name: "Trocar" }), 1);
  const inside = await screen.findByRole("button", { name: "Loja B" }, SOON);
  expect(screen.getByRole("dialog", { name: "Empresas" })).toBeTruthy();
  await press(inside, 1);
  expect(screen.queryByRole("dialog")).toBeNull();
  await press(screen.getByRole("button", { name: "Trocar" }), 1);
  expect(await screen.findByRole("button", { name: "Loja B" }, SOON)).toBeTruthy();
}, SLOW_MS);
