import type { Agent } from '../agent.ts';
import type { Api } from '../api.ts';
import type { Step } from '../report.ts';
import { until } from '../until.ts';
import { serverPods, type World } from '../world.ts';

/**
 * Opens a stream at each pod of the gateway, and checks that every stream reports a change that was made through one of
 * the pods.
 */
export async function checkStreams(world: World, api: Api, client: Agent, step: Step): Promise<void> {
  const pods = await serverPods(world, 'gateway');
  const headers = { authorization: `Bearer ${api.token}` };
  try {
    for (const pod of pods) {
      const url = `http://${pod['status'].podIP}:8080/api/v1/stream?topics=workflows`;
      await client.order({ order: 'listen', call: { method: 'GET', url, headers } });
    }
    const startedAt = performance.now();
    const workflow = await api.call('POST', '/workflows', { name: 'Seen on a stream' });
    const hint = JSON.stringify({ topic: 'workflows', id: String(workflow.id), kind: 'created' });
    let heard: Record<string, string> = {};
    await until(
      30,
      async () => {
        heard = await client.order<Record<string, string>>({ order: 'heard' });
        return Object.values(heard).every((text) => text.includes(`data: ${hint}\n`)) || undefined;
      },
      () => `not every stream has ${hint}: ${JSON.stringify(heard)}`,
    );
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    step.measure(`a workflow was a hint on the stream of each of ${pods.length} pods within ${seconds} s`);
  } finally {
    await client.order({ order: 'leave' });
  }
}
