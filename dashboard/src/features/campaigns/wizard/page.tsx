/** The wizard: four steps, an address for each; the draft is on the server at each change. */
import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, CircleAlert, CloudCheck, LoaderCircle } from "lucide-react";
import { useEffect } from "react";
import { api, read } from "../../../api/client";
import { key } from "../../../api/queries";
import { useMay } from "../../../api/session";
import { Button } from "../../../ui/button";
import { cx } from "../../../ui/cx";
import { PageHead } from "../../../ui/page";
import { ErrorBox, Skeleton } from "../../../ui/states";
import { useFormats } from "../../../ui/when";
import { AudienceStep } from "./audience";
import { CheckStep } from "./check";
import { DraftOf, useDraft, useSaver } from "./draft";
import { MessageStep } from "./message";
import { PeopleCount } from "./people";
import { stepOf, STEPS, type StepName } from "./plan";
import type { DraftSaver } from "./saver";
import { SendingStep } from "./sending";
import { useWizardTexts } from "./texts";

export function Wizard() {
  const { campaignId } = useParams({ strict: false }) as { campaignId: string };
  return <WizardOf key={campaignId} id={campaignId} />;
}

function WizardOf({ id }: { id: string }) {
  const t = useWizardTexts();
  const operator = useMay("operator");
  const { company, step } = useParams({ strict: false }) as { company: string; step: string };
  const saver = useSaver(id);
  const campaign = useQuery({ queryKey: key("campaigns", "one", id), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns/{campaign_id}", { params: { path: { campaign_id: id } }, signal })) });
  const at = STEPS.find((one) => one === step);
  useEffect(() => { void saver.flush(); }, [saver, step]);
  const crumb = <Link to={`/c/${company}/campaigns` as string} className="hover:underline">{t("campaigns")}</Link>;
  if (!campaign.data) return <><PageHead title={t("title")} crumb={crumb} />{campaign.error ? <ErrorBox error={campaign.error} onRetry={() => void campaign.refetch()} /> : <Skeleton onRetry={() => void campaign.refetch()} />}</>;
  // What has begun, and what a viewer may not change, is looked at in the report.
  if (campaign.data.status !== "draft" || !operator) return <Navigate to={`/c/${company}/campaigns/${id}` as string} replace />;
  if (!at) return <Navigate to={`/c/${company}/campaigns/${id}/audience` as string} replace />;
  const Step = { audience: AudienceStep, message: MessageStep, sending: SendingStep, check: CheckStep }[at];
  return (
    <DraftOf campaign={campaign.data} saver={saver}>
      <PageHead title={saver.pending.name ?? campaign.data.name} crumb={crumb}><Saved saver={saver} /></PageHead>
      <Steps at={at} />
      {saver.phase === "away" && <div className="mb-3"><ErrorBox error={saver.problem} text={t("notSaved")} onRetry={() => void saver.flush()} /></div>}
      {saver.phase === "locked" && <div className="mb-3"><ErrorBox error={saver.problem} onRetry={() => void campaign.refetch()} /></div>}
      <div className="pb-4"><Step /></div>
      <Foot at={at} />
    </DraftOf>
  );
}

/** "Salvo 13:05", or why not. */
function Saved({ saver }: { saver: DraftSaver }) {
  const t = useWizardTexts();
  const { clock } = useFormats();
  const { campaign } = useDraft();
  const [Icon, tone, text] = saver.phase === "saving" ? [LoaderCircle, "text-muted", t("saving")] as const
    : saver.phase === "saved" ? [CloudCheck, "text-muted", t("saved", { at: clock(saver.savedAt ? new Date(saver.savedAt) : new Date(campaign.updated_at)) })] as const
      : [CircleAlert, "text-danger-fg", saver.phase === "refused" ? t("refused", { count: saver.errors.length }) : t("unsaved")] as const;
  return <span role="status" data-saved={saver.phase} className={cx("inline-flex items-center gap-1.5 text-table", tone)}><Icon size={14} aria-hidden />{text}</span>;
}

function Steps({ at }: { at: StepName }) {
  const t = useWizardTexts();
  const { company, campaignId } = useParams({ strict: false }) as { company: string; campaignId: string };
  const { saver } = useDraft();
  const wrong = new Set(saver.errors.map((one) => stepOf(one.field)));
  return (
    <nav aria-label={t("steps")} className="mb-4">
      <ol className="flex gap-1 overflow-x-auto border-b border-line">
        {STEPS.map((step, index) => (
          <li key={step}>
            <Link to={`/c/${company}/campaigns/${campaignId}/${step}` as string} aria-current={step === at ? "step" : undefined} className={cx("flex h-11 items-center gap-2 border-b-2 px-3 text-table whitespace-nowrap focus-visible:-outline-offset-2", step === at ? "border-accent font-medium" : "border-transparent text-muted hover:text-fg")}>
              <span aria-hidden className={cx("grid h-5 w-5 place-items-center rounded-full text-caption tnum", step === at ? "bg-accent text-white" : "bg-sunken")}>{index + 1}</span>
              {t(step)}
              {wrong.has(step) && <><CircleAlert size={14} aria-hidden className="text-danger-fg" /><span className="sr-only">{t("stepWrong")}</span></>}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Foot({ at }: { at: StepName }) {
  const t = useWizardTexts();
  const navigate = useNavigate();
  const { company, campaignId } = useParams({ strict: false }) as { company: string; campaignId: string };
  const index = STEPS.indexOf(at);
  const go = (step: StepName) => void navigate({ to: `/c/${company}/campaigns/${campaignId}/${step}` as string });
  return (
    <div className="sticky bottom-14 z-20 -mx-3 flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-surface px-3 py-2 sm:-mx-6 sm:px-6 lg:bottom-0">
      <div className="min-w-0 grow text-table"><PeopleCount /></div>
      {index > 0 && <Button icon={<ArrowLeft size={14} aria-hidden />} onClick={() => go(STEPS[index - 1]!)}>{t("back")}</Button>}
      {index < STEPS.length - 1 && <Button kind="primary" onClick={() => go(STEPS[index + 1]!)}>{t("next")}<ArrowRight size={14} aria-hidden /></Button>}
    </div>
  );
}
