import { roleProcesses } from '@drippulse/topology';
import type { Agent, Answer } from '../agent.ts';
import type { Step } from '../report.ts';
import { until } from '../until.ts';
import { serverPods, type World } from '../world.ts';

const requests = 20;

/**
 * Requests the pixel and a link with an invalid token. Checks that the pods of the public role served all of the
 * requests, and the pods of the engine none of them.
 */
export async function checkLinks(
  world: World,
  { client, monitoring }: { client: Agent; monitoring: Agent },
  step: Step,
): Promise<void> {
  for (let request = 0; request < requests; request += 1) {
    const pixel = await get(client, `${world.gateway}/track/n/pixel.gif?token=none`);
    if (pixel.status !== 200) throw new Error(`a pixel answered ${pixel.status}: ${pixel.body}`);
    const link = await get(client, `${world.gateway}/track/n/click?token=none`);
    if (link.status !== 404 || !link.body.includes('<html'))
      throw new Error(`a link answered ${link.status}: ${link.body}`);
  }
  const [role] = roleProcesses;
  if (role === undefined) throw new Error('no role serves links');
  let counts = '';
  await until(
    30,
    async () => {
      const [own, engine] = [await callsOf(role.name), await callsOf(role.service)];
      counts = `${own} by ${role.name}, ${engine} by ${role.service}`;
      return (own === 2 * requests && engine === 0) || undefined;
    },
    () => `of ${2 * requests} requests for pixels and links were answered: ${counts}`,
  );
  step.measure(`pixels and links were answered ${counts}`);

  /** Returns the number of calls of the two methods, according to the counters of a Deployment's pods. */
  async function callsOf(deployment: string): Promise<number> {
    let sum = 0;
    for (const pod of await serverPods(world, deployment)) {
      const { body } = await get(monitoring, `http://${pod['status'].podIP}:8082/metrics`);
      const counted = body.matchAll(
        /^drippulse_rpc_duration_seconds_count\{[^}]*(?:OpenPixel|FollowLink)[^}]*\} (\d+)/gm,
      );
      for (const [, count] of counted) sum += Number(count);
    }
    return sum;
  }
}

function get(agent: Agent, url: string): Promise<Answer> {
  return agent.order<Answer>({ order: 'call', call: { method: 'GET', url } });
}
