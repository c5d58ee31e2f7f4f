import { useUrlState } from "../../lib/url";
import { PageHead } from "../../ui/page";
import { Tabs } from "../../ui/tabs";
import { Jobs } from "./jobs";
import { Schedules } from "./schedules";
import { Syncs } from "./syncs";
import { useHistoryTexts } from "./texts";

const TABS = ["syncs", "schedules", "jobs"] as const;

/** What runs by itself, what it brought, and what runs just now. */
export function History() {
  const t = useHistoryTexts();
  const [search, setSearch] = useUrlState();
  const tab = TABS.find((one) => one === search.tab) ?? "syncs";
  const content = { syncs: <Syncs />, schedules: <Schedules />, jobs: <Jobs /> };
  return (
    <>
      <PageHead title={t("title")} />
      <Tabs label={t("title")} value={tab} onChange={(next) => setSearch({ tab: next === "syncs" ? undefined : next, sync: undefined })} tabs={TABS.map((one) => ({ value: one, title: t(one), content: one === tab ? <div className="pt-3">{content[one]}</div> : null }))} />
    </>
  );
}
