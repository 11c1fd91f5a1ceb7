import type { Agent, Load } from '../agent.ts';
import type { Api } from '../api.ts';
import type { Step } from '../report.ts';
import { receiverUrl, type World } from '../world.ts';
import { untilCompleted } from './main-job.ts';

/** `reads` are paths of every service. */
export type Loaded = { world: World; api: Api; client: Agent; receiver: Agent; reads: string[] };

/**
 * Runs an action while a client enrolls, lists and reads every service, with pauses of 200 ms. Checks that no request
 * failed, and that every accepted contact got exactly one callback. With `repeats`, the client repeats a request
 * without a response with the same key.
 */
export async function underLoad(
  { world, api, client, receiver, reads }: Loaded,
  name: string,
  options: { repeats: boolean; step: Step },
  action: () => Promise<void>,
): Promise<void> {
  const { gateway } = world;
  const workflow = await api.call('POST', '/workflows', {
    name,
    status: 'active',
    steps: [
      { type: 'trigger', name: 'Start' },
      { type: 'wait', name: 'Pause', config: { duration: 1, unit: 'seconds' } },
      {
        type: 'webhook_callback',
        name: 'Call',
        config: { url: `${receiverUrl(world)}/${name}`, payload: { email: '{{ email }}' } },
      },
    ],
  });
  const { repeats, step } = options;
  const plan = { name, gateway, token: api.token, workflowId: workflow.id, reads, workers: 4, pauseMs: 200, repeats };
  await client.order({ order: 'start', plan });
  const trouble = await action().then(
    () => undefined,
    (error: unknown) => error,
  );
  const load = await client.order<Load>({ order: 'stop' });
  if (trouble !== undefined) {
    step.measure(`until then ${load.failures.length} of ${load.requests} requests were lost`);
    throw trouble;
  }
  const { requests, failures, repeated, emails, p50Ms, p99Ms, maxMs, longest, connections } = load;
  if (failures.length > 0) {
    throw new Error(`${failures.length} of ${requests} requests were lost:\n${failures.slice(0, 40).join('\n')}`);
  }
  step.measure(
    `${requests} requests, none lost${repeats ? `, ${repeated} attempts repeated` : ''}; ${p50Ms} ms median, ${p99Ms} ms p99, ${maxMs} ms longest (${longest})`,
  );
  const { ofKeepers, ofOthers } = connections;
  step.measure(
    `clients that keep their connection opened ${ofKeepers.opened}, the slowest in ${ofKeepers.maxMs} ms; others ${ofOthers.opened}, the slowest in ${ofOthers.maxMs} ms`,
  );
  await untilCompleted(api, workflow.id, emails.length);
  const callbacks = await receiver.received(`/${name}`);
  const keys = new Set(callbacks.map(({ key }) => key));
  const called = new Set(callbacks.map(({ body }) => String(JSON.parse(body).email)));
  const missing = emails.filter((email) => !called.has(email));
  if (missing.length > 0 || keys.size !== emails.length) {
    throw new Error(`${emails.length} accepted, ${keys.size} effects, ${missing.length} never called`);
  }
  step.measure(
    `${emails.length} accepted and completed, ${keys.size} effects, ${callbacks.length - keys.size} sent again`,
  );
}
