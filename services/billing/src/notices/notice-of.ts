import type { Notice } from '@drippulse/mail';
import { graceDays } from '../plans/grace.ts';
import type { BillingNotice } from './notice-jobs.ts';

const reason =
  'You get this mail because you are an admin. PATCH /api/v1/account/notifications with { "billing": false } ends these mails.';

/** Writes the mail of a notice. */
export function noticeOf(notice: BillingNotice, publicUrl: string): Notice {
  const link = { label: 'Plans and billing', url: `${publicUrl}/docs/billing` };
  return notice.kind === 'usage' ? usageNotice(notice, link) : pastDueNotice(notice, link);
}

function usageNotice(
  { meter, threshold, used, limit, resetsAt }: Extract<BillingNotice, { kind: 'usage' }>,
  link: Notice['link'] & object,
): Notice {
  const until = resetsAt === null ? [] : [['Counts anew', resetsAt.slice(0, 10)] as const];
  return {
    subject: `Your plan: ${threshold} % of ${meter} are used`,
    paragraphs: [
      `Your organization has used ${threshold} % of the limit of ${meter}.`,
      threshold < 100
        ? 'Nothing changes yet. POST /api/v1/billing/subscribe changes the plan.'
        : 'What goes beyond the limit is refused or waits, and nothing is lost. POST /api/v1/billing/subscribe changes the plan.',
    ],
    items: [{ title: meter, facts: [['Used', String(used)], ['Limit', String(limit)], ...until] }],
    link,
    reason,
  };
}

function pastDueNotice(
  { day, holdsAt }: Extract<BillingNotice, { kind: 'past_due' }>,
  link: Notice['link'] & object,
): Notice {
  return {
    subject: 'Your payment failed',
    paragraphs: [
      `A payment for your plan failed${day === 1 ? '' : ` ${day} days ago`}, and everything still works.`,
      `If it is not paid within ${graceDays} days of the failure, new enrollments begin to wait. Those that run go on, and nothing is deleted. POST /api/v1/billing/portal opens the page where the payment method can be changed.`,
    ],
    items: [{ title: 'Subscription', facts: [['New enrollments wait from', holdsAt.slice(0, 10)]] }],
    link,
    reason,
  };
}
