import { setNonce } from "get-nonce";

// Before everything else: what Radix puts into the page as a style carries the nonce of this very answer.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;
if (nonce) setNonce(nonce);
