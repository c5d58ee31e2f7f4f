// @vitest-environment jsdom
import { expect, test } from "vitest";
import { bodyOf, EMPTY } from "./connect-form";

test("WhatsApp-Web needs a name alone, whatever was typed before", () => {
  expect(bodyOf("web", { ...EMPTY, name: " Vendas ", token: "t" })).toEqual({ name: "Vendas", transport: "web" });
  expect(bodyOf("web", { ...EMPTY, name: "V", ageDays: "400" })).toEqual({ name: "V", transport: "web", options: { web: { number_age_days: 400 } } });
});
test("what was left empty is not sent, so that the API names it", () => expect(bodyOf("cloud", { ...EMPTY, name: "V", phoneNumberId: "1" })).toEqual({ name: "V", transport: "cloud", check: true, phone_number_id: "1" }));
test("the app goes along whole, where it is wanted", () => expect(bodyOf("cloud", { ...EMPTY, name: "V", token: " t ", withApp: true, appId: "3", appSecret: "s" })).toEqual({ name: "V", transport: "cloud", check: true, token: "t", meta_app: { app_id: "3", app_secret: "s", verify_token: "" } }));
