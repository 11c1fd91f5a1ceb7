import type { Alert } from '../alert.ts';
import { access } from './access.ts';
import { agents } from './agents.ts';
import { analytics } from './analytics.ts';
import { billing } from './billing.ts';
import { enrollments } from './enrollments.ts';
import { events } from './events.ts';
import { integrations } from './integrations.ts';
import { mails } from './mails.ts';
import { processes } from './processes.ts';

/** Alerts about faults that need attention before a promise is broken, or that break no promise. */
export const symptoms: readonly Alert[] = [
  ...events,
  ...processes,
  ...enrollments,
  ...mails,
  ...access,
  ...integrations,
  ...billing,
  ...analytics,
  ...agents,
];
