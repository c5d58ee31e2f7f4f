/** Which statuses stand behind a step of the funnel: the list that is asked for by them holds what the number counts. */
export const REACHED = {
  attempted: "accepted,sent,delivered,read,failed,uncertain",
  accepted: "accepted,sent,delivered,read",
  sent: "sent,delivered,read",
  delivered: "delivered,read",
  read: "read",
} as const;

interface Sums { accepted: number; attempted: number; failed: number; limited: number; uncertain: number }

/** How many were accepted and failed afterwards: the funnel counts them as accepted, and their status is failed. */
export const failedLater = (sums: Sums): number => Math.max(0, sums.accepted - (sums.attempted - sums.failed - sums.limited - sums.uncertain));
