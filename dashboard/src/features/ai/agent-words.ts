/** What an agent may have done, by the texts that say it. */
export const ACTIONS = { order_state: "actOrder", resend_pix: "actPix", tag: "actTag", hand_over: "actHandOver" } as const;
