/** What did it understand, and may I trust it? What it answers from. */
import { lazy, Suspense, type ReactNode } from "react";
import { useUrlState } from "../../lib/url";
import { PageHead } from "../../ui/page";
import { Skeleton } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { useAiTexts } from "./texts";

const Agents = lazy(() => import("./agents"));
const Decisions = lazy(() => import("./decisions"));
const Intents = lazy(() => import("./intents"));
const Knowledge = lazy(() => import("./knowledge"));

export function Ai() {
  const t = useAiTexts();
  const [search, setSearch] = useUrlState();
  const choose = (tab: string) => setSearch({ ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])), tab: tab === TABS[0] ? undefined : tab }, { replace: false });
  const shown: Record<(typeof TABS)[number], ReactNode> = { decisions: <Decisions />, intents: <Intents />, knowledge: <Knowledge />, agents: <Agents /> };
  return (
    <>
      <PageHead title={t("title")} />
      <Tabs label={t("title")} value={TABS.find((one) => one === search.tab) ?? TABS[0]} onChange={choose} tabs={TABS.map((value) => ({ value, title: t(value), content: <Suspense fallback={<Skeleton />}>{shown[value]}</Suspense> }))} />
    </>
  );
}

const TABS = ["decisions", "intents", "knowledge", "agents"] as const;
