import { useNavigate } from "@tanstack/react-router";
import type { Search } from "../../lib/search";
import { useUrlState } from "../../lib/url";
import { Door } from "./door";
import { SignInForm } from "./form";
import { useSignInTexts } from "./texts";

const HERE = /^(localhost|127\.|\[::1\])/;

export function SignIn() {
  const t = useSignInTexts();
  const navigate = useNavigate();
  const [search] = useUrlState() as [Search, unknown];
  // Only a path of ours: an address from outside must not become the place where one lands.
  const next = search.next && /^\/c\/[0-9a-f-]{36}(\/|\?|$)/.test(search.next) ? search.next : "/";
  return (
    <Door title={t("title")} below={HERE.test(location.host) && <p className="mt-4 text-caption text-muted">{t("demo")}</p>}>
      {search.changed === "1" && <p role="status" className="mb-4 rounded-control bg-success-soft px-3 py-2 text-table text-success-fg">{t("changed")}</p>}
      <SignInForm onDone={() => void navigate({ to: next as string, replace: true })} />
    </Door>
  );
}
