import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { agents } from './agents.ts';
import { analytics } from './analytics.ts';
import { api } from './api.ts';
import { billing } from './billing.ts';
import { enrollments } from './enrollments.ts';
import { events } from './events.ts';
import { integrations } from './integrations.ts';
import { overview } from './overview.ts';
import { processes } from './processes.ts';
import { webhooks } from './webhooks.ts';

/** Every dashboard, by the name of its file. */
export const dashboards: Readonly<Record<string, Dashboard>> = {
  overview,
  api,
  enrollments,
  webhooks,
  integrations,
  billing,
  agents,
  analytics,
  events,
  processes,
};
