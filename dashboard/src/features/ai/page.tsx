/** What did it understand, and may I trust it? What it answers from. */
import { lazy, Suspense, type ReactNode } from "react";
import { useMay } from "../../api/session";
import { useUrlState } from "../../lib/url";
import { PageHead } from "../../ui/page";
import { Skeleton } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { useAiTexts } from "./texts";

const Agents = lazy(() => import("./agents"));
const Decisions = lazy(() => import("./decisions"));
const Intents = lazy(() => import("./intents"));
const Knowledge = lazy(() => import("./knowledge"));
const Simulator = lazy(() => import("./simulator/page"));

export function Ai() {
  const t = useAiTexts();
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const choose = (tab: string) => setSearch({ ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])), tab: tab === TABS[0] ? undefined : tab }, { replace: false });
  const shown: Record<(typeof TABS)[number], ReactNode> = { decisions: <Decisions />, intents: <Intents />, knowledge: <Knowledge />, agents: <Agents />, simulator: <Simulator /> };
  // Who may only read asks no language model.
  const tabs = TABS.filter((one) => one !== "simulator" || operator);
  return (
    <>
      <PageHead title={t("title")} />
      <Tabs label={t("title")} value={tabs.find((one) => one === search.tab) ?? TABS[0]} onChange={choose} tabs={tabs.map((value) => ({ value, title: t(value), content: <Suspense fallback={<Skeleton />}>{shown[value]}</Suspense> }))} />
    </>
  );
}

const TABS = ["decisions", "intents", "knowledge", "agents", "simulator"] as const;
