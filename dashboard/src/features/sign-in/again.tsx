import { queries } from "../../api/queries";
import { signedOut, useSession } from "../../api/session";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { SignInForm } from "./form";
import { useSignInTexts } from "./texts";

/** The session ended while somebody worked: the page stays behind this, with everything typed. */
export default function SignInAgain() {
  const t = useSignInTexts();
  const { user } = useSession();
  return (
    <Dialog open onOpenChange={() => undefined} firm fixed title={t("again")} description={t("againText")} footer={<Button kind="quiet" onClick={() => { signedOut(true); location.assign("/sign-in"); }}>{t("leave")}</Button>}>
      <SignInForm email={user?.email} onDone={() => void queries.invalidateQueries()} />
    </Dialog>
  );
}
