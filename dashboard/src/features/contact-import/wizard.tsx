/** A file on its way in: what its columns are, by which rules, and how far it is. What was chosen stands in the URL. */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { Problem } from "../../api/problem";
import { key } from "../../api/queries";
import { useMay } from "../../api/session";
import { useUrlState } from "../../lib/url";
import { PageHead } from "../../ui/page";
import { ErrorBox, RefetchBar, Skeleton } from "../../ui/states";
import { useFormats } from "../../ui/when";
import { Columns, type Looked } from "./columns";
import { draftOf, formatBody, searchOf, type Draft } from "./draft";
import { Rules } from "./rules";
import { Run } from "./run";
import { Steps, type Step } from "./steps";
import { useImportTexts } from "./texts";

/** The file as the draft reads it. A mapping that is refused is told beside the file as it would be guessed. */
async function look(importId: string, body: ReturnType<typeof formatBody>, signal: AbortSignal): Promise<Looked> {
  const preview = (given: typeof body) => read(api.POST("/api/v1/contacts/import/{import_id}/preview", { params: { path: { import_id: importId } }, body: given, signal }));
  try {
    return { ...(await preview(body)), refused: [] };
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 422 || !body.mapping) throw error;
    const guessed = await preview({ ...body, mapping: undefined });
    return { ...guessed, rows: guessed.rows.map((row) => ({ ...row, problem: null, wrong: [] })), refused: error.fields };
  }
}

export function ImportWizard() {
  const t = useImportTexts();
  const formats = useFormats();
  const navigate = useNavigate();
  const operator = useMay("operator");
  const { company, importId } = useParams({ strict: false }) as { company: string; importId: string };
  const [search, setSearch] = useUrlState();
  const draft = draftOf(search);
  const body = formatBody(draft);
  const file = useQuery({
    queryKey: key("imports", "look", importId, body),
    queryFn: ({ signal }) => look(importId, body, signal),
  });
  const change = (next: Draft) => setSearch(searchOf(next));
  const goTo = (step: Step) => (step === "file" ? void navigate({ to: `/c/${company}/contacts/import` as string }) : setSearch({ step: step === "columns" ? undefined : step }, { replace: false }));
  const crumb = <Link to={`/c/${company}/contacts/import` as string} className="hover:underline">{t("title")}</Link>;
  const head = (title: string) => <PageHead title={title} crumb={crumb} count={file.data ? t("lineCount", { count: file.data.lines, n: formats.count(file.data.lines) }) : undefined} />;
  if (!file.data) return <>{head(t("title"))}{file.error ? <ErrorBox error={file.error} onRetry={() => void file.refetch()} /> : <Skeleton onRetry={() => void file.refetch()} />}</>;
  const step: Step = file.data.job_id ? "run" : search.step === "rules" && operator ? "rules" : "columns";
  return (
    <>
      {head(file.data.filename || t("unnamed"))}
      <Steps at={step} onStep={step === "run" ? undefined : goTo} />
      <RefetchBar on={file.isFetching && !file.isPending} />
      {step === "run" && <Run file={file.data} />}
      {step === "columns" && <Columns file={file.data} draft={draft} onChange={change} onNext={operator ? () => goTo("rules") : undefined} />}
      {step === "rules" && <Rules file={file.data} draft={draft} onChange={change} onBack={() => goTo("columns")} onBegun={() => void file.refetch()} />}
    </>
  );
}
