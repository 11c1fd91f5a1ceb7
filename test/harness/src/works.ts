import { randomUUID } from 'node:crypto';
import { eventually } from '@drippulse/testing';
import { owners, type ServiceName } from '@drippulse/topology';

/** Calls of the public API below `/api/v1`, and the URL of a receiver of webhooks that always responds with success. */
export type WorkTools = {
  /** Returns the body of the response. Throws unless the call succeeds. Default type of a body: JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads JSON of every shape
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<any>;
  receiverUrl: string;
};

/**
 * Makes a service do a piece of its work, waits for the result, and throws if the work fails. It can be repeated.
 * Returns a few words about the work.
 */
export type Work = (tools: WorkTools) => Promise<string>;

/** Time limit for a result that passes through several services, even on a busy machine. */
const patience = { timeoutMs: 120_000 };

/** One piece of work for each service, by the service's schema. */
const worksOfSchemas: Record<string, Work> = {
  async identity({ call }) {
    const { id } = await call('POST', '/projects', { name: `Work ${randomUUID()}` });
    await call('DELETE', `/projects/${id}`);
    return 'a project';
  },

  async workflows({ call }) {
    const { id } = await call('POST', '/workflows', { name: 'Work', steps: [note] });
    const { status } = await call('POST', `/workflows/${id}/test`, { sample_data: { first_name: 'Ada' } });
    check({ status }, { status: 'completed' });
    await call('DELETE', `/workflows/${id}`);
    return 'a test run';
  },

  async enrollments({ call }) {
    const { id } = await call('POST', '/workflows', { name: 'Work', status: 'active', steps: [note] });
    const contacts = [{ email: 'work@example.com' }];
    const bulk = await call('POST', `/workflows/${id}/enrollments/bulk`, { contacts });
    await eventually(async () => {
      const { status } = await call('GET', `/workflows/${id}/enrollments/${bulk.enrollment_ids[0]}`);
      check({ status }, { status: 'completed' });
    }, patience);
    await call('DELETE', `/workflows/${id}`);
    return 'an enrollment';
  },

  async webhooks({ call, receiverUrl }) {
    const { id } = await call('POST', '/webhooks', { url: receiverUrl, event_type: 'workflow.failed' });
    await call('POST', `/webhooks/${id}/test`, {});
    await eventually(async () => {
      const { deliveries } = await call('GET', `/webhooks/${id}/deliveries`);
      check({ status: deliveries[0]?.status }, { status: 'delivered' });
    }, patience);
    await call('DELETE', `/webhooks/${id}`);
    return 'a delivery';
  },

  async crm({ call }) {
    const email = `${randomUUID()}@example.com`;
    const { id } = await call('POST', '/crm/contacts', { email, last_name: 'Work' });
    check({ email: (await call('GET', `/crm/contacts/${id}`)).email }, { email });
    return 'a contact';
  },

  async integrations({ call }) {
    const mapping = [{ from: 'Mail', to: 'email' }];
    const source = await call('POST', '/data_sources', { name: 'Work', type: 'csv', target: 'leads', mapping });
    await call('POST', `/data_sources/${source.id}/file`, `Mail\n${randomUUID()}@example.com\n`, 'text/csv');
    const run = await call('POST', '/data_source_runs', { data_source_id: source.id });
    await eventually(async () => {
      const { status, counts } = await call('GET', `/data_source_runs/${run.id}`);
      check({ status, created: counts.created }, { status: 'completed', created: 1 });
    }, patience);
    await call('DELETE', `/data_sources/${source.id}`);
    return 'a run of a data source';
  },

  async billing({ call }) {
    const { plan } = await call('GET', '/account/billing');
    return `the plan ${plan}`;
  },

  async agents({ call }) {
    const { agent_templates: templates } = await call('GET', '/agent_templates');
    const { id: template_id } = templates.find(({ kind }: { kind: string }) => kind === 'scorer');
    const { id } = await call('POST', '/agents/spawn', { name: 'Work', type: 'template', template_id });
    const input = { email: 'ada@acme.example', title: 'CTO', company_name: 'Acme' };
    const execution = await call('POST', `/agents/${id}/execute`, { input });
    await eventually(async () => {
      const { executions } = await call('GET', `/agents/${id}/executions`);
      const { status } = executions.find((each: { id: number }) => each.id === execution.id) ?? {};
      check({ status }, { status: 'succeeded' });
    }, patience);
    await call('DELETE', `/agents/${id}`);
    return 'an execution of a template';
  },

  async analytics({ call }) {
    const before = await countOf('leads_created', call);
    await call('POST', '/crm/leads', { email: `${randomUUID()}@example.com`, last_name: 'Work' });
    await eventually(async () => {
      const isCounted = (await countOf('leads_created', call)) > before;
      check({ isCounted }, { isCounted: true });
    }, patience);
    return 'a metric';
  },
};

const note = { type: 'log', name: 'Note', config: { message: 'Hello', level: 'info' } };

/**
 * A piece of work for every service of the table that has a schema. The service of the public API has no schema, and
 * takes part in every piece of work. A service without an entry gets a piece of work that fails with the service's
 * name.
 */
export const works: readonly { service: ServiceName; work: Work }[] = owners.map(({ name, schema }) => ({
  service: name,
  work:
    worksOfSchemas[schema] ?? (() => Promise.reject(new Error(`test/harness/src/works.ts has no work for ${name}`))),
}));

async function countOf(name: string, call: WorkTools['call']): Promise<number> {
  const { metrics } = await call('GET', '/analytics/metrics');
  return metrics.find((metric: { name: string }) => metric.name === name)?.value ?? 0;
}

function check<Found extends Record<string, unknown>>(found: Found, wanted: Found): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (is !== should) throw new Error(`${is} instead of ${should}`);
}
