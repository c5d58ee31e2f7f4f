/** What waits, why, until when; and what is lost. */
import { useLive } from "../../live/hooks";
import { useRefetchOn } from "../../live/refetch";
import { duration } from "../../lib/time";
import { PageHead } from "../../ui/page";
import { useFormats } from "../../ui/when";
import { DeadLetters } from "./dead-letters";
import { HoldsCard } from "./holds";
import { LanesCard } from "./lanes";
import { useQueueTexts } from "./texts";

interface QueueState { depth: number; oldest_s: number; scheduled: number; held: number; sending: number }

export function Queue() {
  const t = useQueueTexts();
  const { count } = useFormats();
  const told = useLive<QueueState & object>("queue");
  useRefetchOn(told, ["queue", "holds", "dead-letter-summary"]);
  const figures: [string, string][] = [
    [t("depth"), count(told?.depth)], [t("sending"), count(told?.sending)], [t("held"), count(told?.held)], [t("scheduled"), count(told?.scheduled)],
    [t("oldest"), told ? (told.depth ? duration(told.oldest_s * 1000) : "—") : "—"],
  ];
  return (
    <>
      <PageHead title={t("title")} />
      <dl className="mb-3 grid grid-cols-2 gap-3 sm:grid-cols-5" data-figures>
        {figures.map(([name, value]) => <div key={name} className="card p-3"><dt className="text-caption text-muted">{name}</dt><dd className="text-card font-semibold tnum">{value}</dd></div>)}
      </dl>
      <div className="grid grid-cols-1 gap-3 min-[108rem]:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <LanesCard />
        <HoldsCard />
      </div>
      <DeadLetters />
    </>
  );
}
