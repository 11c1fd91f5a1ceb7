import { makeSteps } from './make-steps.ts';
import type { ChaosWorkflow } from './workflows.ts';

/**
 * The organization whose mails have quiet hours. Its mails are opened, their links are followed, and some mails bounce.
 */
export const letterOrganization = 16n;
export const letterDomain = '@letters.example';

/** Positions of the steps. */
export const letterPlaces = { first: 0, pause: 1, second: 2 } as const;
/**
 * Length of the pause in milliseconds. It is longer than a report of a mail takes to arrive, so that the second letter
 * is due after the report.
 */
const pauseMs = 15_000;
/** Time zones of persons. In one of them it is night at the start of every run. */
export const letterZones = { quiet: 'UTC', awake: 'Pacific/Kiritimati' } as const;
/** Time from the start of the night to the start of the run. */
const nightMs = 3 * 3_600_000;
/** Minimum time from the run's start until morning. */
const minQuietMs = 40_000;
const minuteMs = 60_000;

/** Makes a workflow of two letters to each person, with a pause in between. */
export function makeLetters(): ChaosWorkflow[] {
  const letter = (id: string) => ({
    ...{ id, type: 'email' },
    config: {
      subject: `{{ lead_ref }} ${id}`,
      body: `<p>Hello {{ lead_ref }}, <a href="https://shop.example/${id}">look</a>!</p>`,
      ...{ track_opens: true, track_clicks: true },
      ...{ on_error: 'continue', retry: { max_attempts: 8, backoff_seconds: 1 } },
    },
  });
  const steps = makeSteps([
    letter('first'),
    { id: 'pause', type: 'wait', config: { duration: pauseMs / 1_000, unit: 'seconds' } },
    letter('second'),
  ]);
  return [{ id: letterOrganization * 10n, organizationId: letterOrganization, steps }];
}

/** Returns a night in UTC that ends at a full minute, soon after `nowMs`. */
export function nightAround(nowMs: number): { from: string; to: string; untilMs: number } {
  const untilMs = Math.ceil((nowMs + minQuietMs) / minuteMs) * minuteMs;
  const timeOf = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  return { from: timeOf(nowMs - nightMs), to: timeOf(untilMs), untilMs };
}
