// @vitest-environment jsdom
import { act, createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { expect, test, vi } from "vitest";
import { useKeys } from "./keys";

const navigate = vi.fn();
vi.mock("@tanstack/react-router", async (original) => ({ ...(await original<object>()), useNavigate: () => navigate }));
vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

function Shell({ number }: { number: number }) {
  useKeys("shop", { palette: vi.fn(), help: vi.fn(), fold: vi.fn() });
  return createElement("b", null, number);
}

const press = (key: string) => act(() => { dispatchEvent(new KeyboardEvent("keydown", { key })); });

test("a page is reached though a live number comes between the two keys", () => {
  const root = createRoot(document.createElement("div"));
  const show = (number: number) => act(() => root.render(createElement(StrictMode, null, createElement(Shell, { number }))));
  show(1);
  press("e");
  expect(navigate).not.toHaveBeenCalled();
  press("g");
  show(2);
  press("e");
  expect(navigate).toHaveBeenCalledExactlyOnceWith({ to: "/c/shop/events" });
  press("e");
  expect(navigate).toHaveBeenCalledOnce();
  act(() => root.unmount());
});
