import { queries } from "../../api/queries";
import { useSession } from "../../api/session";
import { Dialog } from "../../ui/dialog";
import { SignInForm } from "./form";
import { useSignInTexts } from "./texts";

/** The session ended while somebody worked: the page stays behind this, with everything typed. */
export default function SignInAgain() {
  const t = useSignInTexts();
  const { user } = useSession();
  return (
    <Dialog open onOpenChange={() => undefined} firm title={t("again")} description={t("againText")}>
      <SignInForm email={user?.email} onDone={() => void queries.invalidateQueries()} />
    </Dialog>
  );
}
