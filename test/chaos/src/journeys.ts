import { makeSteps } from './make-steps.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** The organization of the workflows that wait for events and for people, and that send mails under sending rules. */
export const journeyOrganization = 14n;
export const journeyEvent = 'chaos.paid';
export const eventTimeoutMs = 4_000;
const approvalTimeoutMs = 5_000;
/** Maximum number of mails to a person within `capDays`, which is longer than a run. */
export const capLimit = 1;
export const capDays = 1;
export const holdSeconds = 3;

/** Positions of the steps. */
export const places = { event: 0, ask: 1, mail: 2, finish: 3, late: 4 } as const;

/**
 * Makes two workflows for the same persons. Their mails compete for the one mail that the cap allows for each person.
 */
export function makeJourneys(): ChaosWorkflow[] {
  return [0n, 1n].map((index) => ({
    id: journeyOrganization * 10n + index,
    organizationId: journeyOrganization,
    steps: makeSteps(drafts()),
  }));
}

/**
 * Returns the steps. A person gets a mail after an event in time and an approval. The subject of the mail names the
 * enrollment.
 */
function drafts(): object[] {
  const seconds = (ms: number) => ({ duration: ms / 1_000, unit: 'seconds' });
  return [
    {
      ...{ id: 'event', type: 'wait_for_event' },
      config: { event_name: journeyEvent, timeout: seconds(eventTimeoutMs), on_event: 'next', on_timeout: 'late' },
    },
    {
      ...{ id: 'ask', type: 'approval' },
      config: {
        ...{ message: 'Write to {{ email }}?', timeout: seconds(approvalTimeoutMs) },
        ...{ on_approved: 'next', on_rejected: 'finish', on_timeout: 'late' },
      },
    },
    {
      ...{ id: 'mail', type: 'email' },
      config: {
        ...{ subject: '{{ lead_ref }}', body: '<p>Hello {{ lead_ref }}</p>', track_opens: true },
        ...{ on_error: 'continue', retry: { max_attempts: 8, backoff_seconds: 1 } },
      },
    },
    { id: 'finish', type: 'end', config: { status: 'completed' } },
    { id: 'late', type: 'log', config: { message: 'too late' } },
  ];
}
