import { Webhook } from 'standardwebhooks';
import type { Agent } from '../agent.ts';
import type { Api } from '../api.ts';
import type { Step } from '../report.ts';
import { until } from '../until.ts';
import { receiverUrl, type World } from '../world.ts';

const contactCount = 20;

/** Lets contacts go through a wait and a callback to the end. A signed webhook reports each contact's end. */
export async function doMainJob(world: World, api: Api, receiver: Agent, step: Step): Promise<void> {
  const url = receiverUrl(world);
  const webhook = await api.call('POST', '/webhooks', {
    url: `${url}/main-webhooks`,
    event_type: 'enrollment.completed',
  });
  const workflow = await api.call('POST', '/workflows', {
    name: 'Main job',
    status: 'active',
    steps: [
      { type: 'trigger', name: 'Start' },
      { type: 'wait', name: 'Pause', config: { duration: 2, unit: 'seconds' } },
      {
        type: 'webhook_callback',
        name: 'Call',
        config: { url: `${url}/main`, payload: { email: '{{ email }}' } },
      },
      { type: 'log', name: 'Done', config: { message: '{{ first_name }}' } },
    ],
  });
  const contacts = Array.from({ length: contactCount }, (_, n) => ({
    email: `c${n}@example.com`,
    first_name: `C${n}`,
  }));
  const enrollments = `/workflows/${workflow.id}/enrollments`;
  const startedAt = performance.now();
  const bulk = await api.call('POST', `${enrollments}/bulk`, { contacts });
  if (bulk.created_count !== contactCount) throw new Error(`${bulk.created_count} of ${contactCount} enrolled`);
  await untilCompleted(api, workflow.id, contactCount);
  step.measure(`${contactCount} enrollments done in ${seconds(startedAt)} s, of which 2 s are the wait`);

  const callbacks = await receiver.received('/main');
  const called = new Set(callbacks.map(({ body }) => JSON.parse(body).email));
  if (called.size !== contactCount || callbacks.length !== contactCount) {
    throw new Error(`${callbacks.length} callbacks for ${called.size} of ${contactCount} contacts`);
  }
  const detail = await api.call('GET', `${enrollments}/${bulk.enrollment_ids[0]}`);
  const lines = detail.action_timeline.map((line: { step_name: string }) => line.step_name);
  for (const name of ['Pause', 'Call', 'Done']) {
    if (!lines.includes(name))
      throw new Error(`the timeline lacks "${name}": ${JSON.stringify(detail.action_timeline)}`);
  }

  const verifier = new Webhook(webhook.secret);
  let reported = new Set<number>();
  await until(
    60,
    async () => {
      const deliveries = await receiver.received('/main-webhooks');
      reported = new Set(
        deliveries.map(({ body, headers }) => (verifier.verify(body, headers) as { data: { id: number } }).data.id),
      );
      return reported.size === contactCount || undefined;
    },
    () => `${reported.size} of ${contactCount} webhooks`,
  );
  step.measure(`${contactCount} callbacks, ${contactCount} signed webhooks, all after ${seconds(startedAt)} s`);
}

/**
 * Waits until this many enrollments of a workflow have completed, and checks that the workflow has no other
 * enrollments.
 */
export async function untilCompleted(api: Api, workflowId: number, count: number): Promise<void> {
  let totals: Record<string, number> = {};
  await until(
    120,
    async () => {
      const list = await api.call('GET', `/workflows/${workflowId}/enrollments?limit=1`);
      totals = list.step_funnel.totals;
      return totals['active'] === 0 && totals['completed'] === count ? true : undefined;
    },
    () => `${JSON.stringify(totals)} instead of ${count} completed`,
  );
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
