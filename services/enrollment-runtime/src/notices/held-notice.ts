import type { Notice } from '@drippulse/mail';

/**
 * The content of a mail to admins about contacts that wait for a quota. It names no contact, because an erasure cannot
 * reach a mailbox.
 */
export type HeldNews = {
  /** Contacts that began to wait since the last mail. */
  held: bigint;
  /** Contacts that expired since the last mail. */
  expired: bigint;
  /** Contacts that wait at present. */
  waiting: bigint;
  /** The number of contacts in `waiting` that wait because a payment of the organization is missing. */
  waitingForPayment: bigint;
  /** The time at which the first waiting contact expires; null when no contact waits. */
  expiresAt: Date | null;
};

/** Writes the mail about contacts that wait to enter workflows, and about contacts that have waited too long. */
export function heldNotice(news: HeldNews, publicUrl: string | undefined): Notice {
  const { held, expired, waiting, waitingForPayment, expiresAt } = news;
  const isUnpaid = waitingForPayment > 0n;
  const until = isUnpaid ? 'the overdue payment is settled' : 'the limit rises or the month turns';
  return {
    subject: subjectOf(news),
    paragraphs: [
      ...(waiting > 0n
        ? [
            `${contacts(waiting)} of events, schedules and forms ${waiting === 1n ? 'waits' : 'wait'} to enter workflows. They enter by themselves, in the order in which they came, ` +
              `when ${until}. Who has waited for 30 days enters no more.`,
          ]
        : []),
      ...(expired > 0n
        ? [
            `${contacts(expired)} waited for 30 days and will not enter. They are listed for 60 days more: enroll again whom you still want.`,
          ]
        : []),
      `GET /api/v1/account/held_entries lists them. ${isUnpaid ? 'POST /api/v1/billing/portal opens the page to pay.' : 'POST /api/v1/billing/subscribe changes the plan.'}`,
    ],
    items: [
      {
        title: 'Entries',
        facts: [
          ['Wait now', String(waiting)],
          ['Began to wait since the last mail', String(held)],
          ['Expired since the last mail', String(expired)],
          ...(expiresAt === null ? [] : [['The first expires', expiresAt.toISOString().slice(0, 10)] as const]),
        ],
      },
    ],
    ...(publicUrl && { link: { label: 'Plans and billing', url: `${publicUrl.replace(/\/+$/, '')}/docs/billing` } }),
    reason:
      'You get this mail, at most once a day, because you are an admin. PATCH /api/v1/account/notifications with { "billing": false } ends these mails.',
  };
}

function subjectOf({ waiting, expired }: HeldNews): string {
  if (waiting === 0n) return `${contacts(expired)} waited too long to enter a workflow`;
  return `${contacts(waiting)} ${waiting === 1n ? 'waits' : 'wait'} to enter workflows`;
}

function contacts(count: bigint): string {
  return count === 1n ? '1 contact' : `${count} contacts`;
}
