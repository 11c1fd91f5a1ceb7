import { roleProcesses, serviceOf } from '@drippulse/topology';
import type { Agent } from '../agent.ts';
import type { Step } from '../report.ts';
import { until } from '../until.ts';
import { release, serverPods, type World } from '../world.ts';

type Agents = { client: Agent; monitoring: Agent };
type Way = { from: string; to: string; host: string; port: number; passes: boolean };

const script = `const [host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port, timeout: 2000 });
const end = (answer) => { console.log(answer); process.exit(); };
socket.on('connect', () => end('open')).on('timeout', () => end('silent')).on('error', (error) => end(error.message));`;

/**
 * Tries connections that must be open and others that must be closed. A blocked connection gets no response, not even a
 * refusal.
 */
export async function checkPolicies(world: World, agents: Agents, step: Step): Promise<void> {
  const ways = await waysOf(world);
  for (const way of ways) {
    const wanted = way.passes ? 'open' : 'silent';
    let found = '';
    await until(
      20,
      async () => {
        found = await go(world, agents, way);
        return found === wanted || undefined;
      },
      () => `${way.from} → ${way.to} (${way.host}:${way.port}) is ${found} instead of ${wanted}`,
    );
    step.progress(`${way.from} → ${way.to}: ${wanted}`);
  }
  const open = ways.filter(({ passes }) => passes).length;
  step.measure(`${open} ways are open, ${ways.length - open} are closed, each tried`);
}

async function waysOf(world: World): Promise<Way[]> {
  const { servers, peers, release: own } = world.namespaces;
  const podOf = async (deployment: string) => {
    const [pod] = await serverPods(world, deployment);
    if (pod === undefined) throw new Error(`there is no pod of ${deployment}`);
    return String(pod['status'].podIP);
  };
  const gateway = await podOf('gateway');
  const workflows = await podOf('workflows');
  const crm = await podOf('crm');
  const [links] = roleProcesses;
  if (links === undefined) throw new Error('no role has pods of its own');
  const publicRole = await podOf(links.name);
  const enrollments = serviceOf('enrollments');
  const webhooks = serviceOf('webhooks');
  const server = (name: string) => `${name}.${servers}.svc`;
  const way = (from: string, to: string, host: string, port: number, passes: boolean) => ({
    from,
    to,
    host,
    port,
    passes,
  });
  return [
    way('client', 'public API, by its Service', `${release}-gateway.${own}.svc`, 80, true),
    way('client', 'public API, by the pod', gateway, 8080, true),
    way('client', 'gRPC of the gateway', gateway, 8081, false),
    way('client', 'metrics of the gateway', gateway, 8082, false),
    way('client', 'gRPC of workflows', workflows, 8081, false),
    way('client', 'metrics of workflows', workflows, 8082, false),
    way('monitoring', 'metrics of the gateway', gateway, 8082, true),
    way('monitoring', 'metrics of workflows', workflows, 8082, true),
    way('monitoring', 'public API, by the pod', gateway, 8080, false),
    way('gateway', 'gRPC of workflows', workflows, 8081, true),
    way('gateway', 'gRPC of the role that serves links', publicRole, 8081, true),
    way('workflows', 'gRPC of the role that serves links, which it does not call', publicRole, 8081, false),
    way('workflows', 'gRPC of the gateway', gateway, 8081, true),
    way('workflows', 'gRPC of crm, which it does not call', crm, 8081, false),
    way(webhooks, 'gRPC of workflows, which it does not call', workflows, 8081, false),
    way('crm', 'public API, by the pod', gateway, 8080, false),
    way('gateway', 'PostgreSQL', server('postgres'), 5432, true),
    way('gateway', 'Redis', server('redis'), 6379, true),
    way('gateway', 'Kafka', server('kafka'), 9092, true),
    way('workflows', 'Kafka', server('kafka'), 9092, true),
    way('workflows', 'Redis, which it does not use', server('redis'), 6379, false),
    way('client', 'Kafka, whose policy admits the release only', server('kafka'), 9092, false),
    way(enrollments, 'receiver, which a policy of the test allows', `receiver.${peers}.svc`, 8080, true),
    way(links.name, 'receiver, which only the engine may call', `receiver.${peers}.svc`, 8080, false),
    way(enrollments, 'another pod at a private address', `monitoring.${peers}.svc`, 8080, false),
    way(webhooks, 'another pod at a private address', `client.${peers}.svc`, 8080, false),
    way('crm', 'receiver, which nothing allows it', `receiver.${peers}.svc`, 8080, false),
    way(webhooks, 'metadata service of a cloud', '169.254.169.254', 80, false),
  ];
}

async function go({ tools, namespaces }: World, agents: Agents, { from, host, port }: Way): Promise<string> {
  if (from === 'client' || from === 'monitoring') return agents[from].order({ order: 'connect', host, port });
  const words = ['exec', '--namespace', namespaces.release, `deployment/${release}-${from}`, '--'];
  const output = await tools.kubectl([...words, 'node', '-e', script, host, String(port)]);
  return output.trim();
}
