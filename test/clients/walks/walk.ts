// A round trip with the generated client. This file must compile as it is: without casts, and without null checks that
// the platform does not require.
import { createClient } from '../dist/typescript/client/index.ts';
import { DripPulse } from '../dist/typescript/sdk.gen.ts';
import type { EnrollmentStatus } from '../dist/typescript/types.gen.ts';

const client = createClient({ baseUrl: process.env['BASE_URL'] ?? '', auth: process.env['API_KEY'] ?? '' });
const platform = new DripPulse({ client });
const throwOnError = true;

const { data: workflow } = await platform.workflows.create({
  body: {
    name: 'Made by TypeScript',
    status: 'active',
    steps: [
      { type: 'trigger', name: 'Start' },
      { type: 'log', name: 'Done', config: { message: 'Hello {{ first_name }}', level: 'info' } },
    ],
  },
  throwOnError,
});
const { data: enrolled } = await platform.workflows.enrollments.bulk({
  path: { workflow_id: workflow.id },
  body: { contacts: [{ email: 'ada@example.com', first_name: 'Ada', score: 90 }] },
  throwOnError,
});
const { data: workflows } = await platform.workflows.list({ query: { limit: 10 }, throwOnError });
const { data: list } = await platform.workflows.enrollments.list({
  path: { workflow_id: workflow.id },
  throwOnError,
});
const statuses: EnrollmentStatus[] = list.enrollments.map(({ status }) => status);
const { data: imported } = await platform.crm.leads.importCsv({
  body: new Blob(['email,last_name\ngrace@example.com,Hopper\n'], { type: 'text/csv' }),
  throwOnError,
});
const { error: missing } = await platform.workflows.get({ path: { id: 999_999 } });

console.log(
  JSON.stringify({
    names: workflows.workflows.map(({ name }) => name),
    config: workflow.steps[1]?.config,
    enrolled: enrolled.created_count,
    total: list.step_funnel.totals.total_enrollments,
    steps: list.step_funnel.steps.map(({ name }) => name),
    statuses: statuses.length,
    imported: imported.created,
    missing: missing?.error,
  }),
);
