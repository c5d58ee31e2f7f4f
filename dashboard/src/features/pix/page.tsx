import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { useUrlState } from "../../lib/url";
import { PageHead } from "../../ui/page";
import { ErrorBox, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { Tabs } from "../../ui/tabs";
import { Figures } from "./figures";
import { FlowSettings } from "./flow";
import { Orders } from "./orders";
import { usePixTexts } from "./texts";

export function Pix() {
  const t = usePixTexts();
  const [search, setSearch] = useUrlState();
  const kinds = useQuery({ queryKey: key("flows", "kinds"), queryFn: ({ signal }) => read(api.GET("/api/v1/flows", { signal })) });
  const kind = kinds.data?.data.find((one) => one.kind === "pix");
  // The catalogue tells whether it is in use; what is not is not asked for.
  const inUse = useQuery({ queryKey: key("flows", "pix"), enabled: kind?.in_use === true, placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/flows/pix", { signal })) });
  const flow = kind?.in_use === false ? null : inUse.data;
  const error = kinds.error ?? inUse.error;
  const again = () => { void kinds.refetch(); if (kind?.in_use) void inUse.refetch(); };
  if (!kind || flow === undefined) return <><PageHead title={t("title")} />{error ? <ErrorBox error={error} onRetry={again} /> : <Skeleton onRetry={again} />}</>;
  const settings = <FlowSettings key={flow?.updated_at ?? "new"} kind={kind} flow={flow} />;
  return (
    <>
      <PageHead title={t("title")}>{flow && <Chip tone={flow.active ? "success" : "neutral"}>{t(flow.active ? "flowOn" : "flowOff")}</Chip>}</PageHead>
      {error && <div className="mb-3"><ErrorBox error={error} onRetry={again} /></div>}
      {flow ? (
        <>
          <Figures />
          <div className="mt-4">
            <Tabs label={t("title")} value={search.tab ?? "flow"} onChange={(tab) => setSearch({ tab: tab === "flow" ? undefined : tab })} tabs={[{ value: "flow", title: t("flow"), content: settings }, { value: "orders", title: t("orders"), content: <Orders /> }]} />
          </div>
        </>
      ) : settings}
    </>
  );
}
