import { expect, test } from "vitest";
import { author } from "./author";

test("a person is an address, a key says that it is one, anything else stays", () => {
  expect(["user:ana@loja.com", "api_key:masteria up", "schedule"].map(author)).toEqual(["ana@loja.com", "API · masteria up", "schedule"]);
});
