import { randomBytes } from 'node:crypto';
import { readsThatSucceed } from '@drippulse/harness';
import { serviceOf } from '@drippulse/topology';
import { type Agent, forwardTo } from './agent.ts';
import { logIn } from './api.ts';
import { explain } from './explain.ts';
import { certificateSecret } from './manifests/certificates.ts';
import { allowEgress, peerManifests } from './manifests/peers.ts';
import { namespaceOf } from './manifests/pod.ts';
import type { Options } from './options.ts';
import type { Report } from './report.ts';
import { forgetExternalMetrics, hasExternalMetrics, scaleByMetric } from './steps/autoscale.ts';
import { drain, killOfEach, untilAllReady } from './steps/disruptions.ts';
import { findEnforcement } from './steps/enforcement.ts';
import { checkInstalled, deploy, makeSecrets } from './steps/install.ts';
import { checkLinks } from './steps/links.ts';
import { underLoad } from './steps/load.ts';
import { doMainJob } from './steps/main-job.ts';
import { measureMemory, mostAfterStartMb } from './steps/memory.ts';
import { checkPolicies } from './steps/policies.ts';
import { checkReplaced } from './steps/replaced.ts';
import { scaleUp } from './steps/scale.ts';
import { installServers } from './steps/servers.ts';
import { checkStreams } from './steps/streams.ts';
import { checkTraces } from './steps/traces.ts';
import { inventory, uninstall } from './steps/uninstall.ts';
import { doWorkOfEach } from './steps/works.ts';
import type { Tools } from './tools.ts';
import { deployments, release, serverPods, type World } from './world.ts';

/** Installs, uses, breaks and removes a release. The namespaces are removed in any case. */
export async function runCluster(options: Options, tools: Tools, report: Report): Promise<void> {
  const { namespace } = options;
  const namespaces = { release: namespace, servers: `${namespace}-servers`, peers: `${namespace}-peers` };
  const gateway = `http://${release}-gateway.${namespace}.svc`;
  const world: World = { options, tools, namespaces, gateway };
  const agents: Agent[] = [];
  await refuseLeftovers(world);
  const removal = removeOnSignal(world);
  try {
    await runSteps(world, report, async (deployment) => {
      const agent = await forwardTo(namespaces.peers, deployment);
      agents.push(agent);
      return agent;
    });
  } catch (error) {
    console.error(await explain(world).catch(String));
    throw error;
  } finally {
    for (const agent of agents) agent.close();
    removal.cancel();
    if (options.keep) report.leaveOut('Clean-up', `the namespaces ${Object.values(namespaces).join(', ')} are kept`);
    else await report.step('Clean-up: the namespaces go', () => remove(world));
  }
}

async function runSteps(world: World, report: Report, agentOf: (name: string) => Promise<Agent>): Promise<void> {
  const { options, tools, namespaces } = world;
  const image = `${options.registry && `${options.registry}/`}${options['image-prefix']}gateway:${options.tag}`;
  const postgresPassword = randomBytes(18).toString('base64url');

  await report.step('Servers, by their chart, and peers run in the cluster', async (step) => {
    await tools.apply([
      namespaceOf(namespaces.release),
      namespaceOf(namespaces.servers),
      ...peerManifests(namespaces.peers, image),
    ]);
    await installServers(world, postgresPassword);
    const arrived = ['wait', 'deployment', '--all', '--for=condition=Available', '--timeout=180s'];
    await tools.kubectl([...arrived, '--namespace', namespaces.peers]);
    step.measure(
      'PostgreSQL, Kafka, Redis, a client, a receiver, a collector, a monitor; Pod Security "restricted" everywhere',
    );
  });
  const client = await agentOf('client');
  const receiver = await agentOf('receiver');
  const collector = await agentOf('collector');
  const monitoring = await agentOf('monitoring');
  const enforced = options['without-policies']
    ? undefined
    : await report.step('The network enforces policies', (step) => findEnforcement(world, client, step));

  const admin = await makeSecrets(world, postgresPassword);
  const grpcNames = deployments.map((name) => `${release}-${name}-grpc.${namespaces.release}.svc`);
  await tools.apply([
    await certificateSecret({ namespace: namespaces.release, name: 'drippulse-grpc-tls' }, grpcNames),
    allowEgress({
      namespace: namespaces.release,
      names: [serviceOf('enrollments'), serviceOf('webhooks')],
      to: { namespace: namespaces.peers, app: 'receiver' },
    }),
  ]);
  const before = await inventory(world);
  await report.step('helm install --wait, in a namespace that enforces "restricted"', async (step) => {
    await deploy(world, 'install');
    await checkInstalled(world, step);
  });
  await report.step('Memory of the pods after the installation', (step) =>
    measureMemory(world, step, mostAfterStartMb),
  );
  const api = await logIn(world, client, admin);
  await report.step('The main job, through the gateway’s Service', (step) => doMainJob(world, api, receiver, step));
  await report.step('Every service does a piece of its work', (step) => doWorkOfEach(world, api, step));
  await report.step('Streams of every gateway report a change', (step) => checkStreams(world, api, client, step));
  await report.step('Links of mails are served by pods of their own', (step) =>
    checkLinks(world, { client, monitoring }, step),
  );
  if (enforced) {
    await report.step('Network policies', (step) => checkPolicies(world, { client, monitoring }, step));
  } else report.leaveOut('Network policies', 'the network does not enforce them');

  const reads = await readsThatSucceed((path) => api.succeeds(path));
  const loaded = { world, api, client, receiver, reads };
  const tag = options['upgrade-tag'] ? [`global.image.tag=${JSON.stringify(options['upgrade-tag'])}`] : [];
  const upgraded = [`global.tracing.endpoint="http://collector.${namespaces.peers}.svc:8080"`, ...tag];
  await report.step('A rolling upgrade under load', (step) =>
    underLoad(loaded, 'upgrade', { repeats: false, step }, async () => {
      const old = await serverPods(world);
      await deploy(world, 'upgrade', upgraded);
      await untilAllReady(world);
      await checkReplaced(world, old, step);
      await checkTraces(api, collector, step);
    }),
  );
  await report.step('An added pod is found by its callers', (step) =>
    underLoad(loaded, 'scale', { repeats: false, step }, () => scaleUp(world, monitoring, step)),
  );
  await report.step('Pods are drained under load, within their budgets', (step) =>
    underLoad(loaded, 'drain', { repeats: false, step }, () => drain(world, step)),
  );
  await report.step('A killed pod costs nothing', (step) =>
    underLoad(loaded, 'kill', { repeats: true, step }, () => killOfEach(world, step)),
  );
  const scaling = 'Work brings more pods, by an external metric';
  if (await hasExternalMetrics(tools)) report.leaveOut(scaling, 'the cluster has an external metrics API of its own');
  else await report.step(scaling, (step) => scaleByMetric(world, { api, receiver, image }, step, upgraded));
  await report.step('helm rollback under load', (step) =>
    underLoad(loaded, 'rollback', { repeats: false, step }, async () => {
      await tools.helm(['rollback', release, '1', '--namespace', namespaces.release, '--wait', '--timeout', '10m']);
      await untilAllReady(world);
    }),
  );
  await report.step('Memory of the pods after all that', (step) => measureMemory(world, step));
  if (options.keep) return report.leaveOut('helm uninstall', 'the release is kept');
  await report.step('helm uninstall leaves nothing behind', (step) => uninstall(world, before, step));
}

/** Refuses existing namespaces. They may belong to other users, so they are neither used nor removed. */
async function refuseLeftovers({ tools, namespaces }: World): Promise<void> {
  const words = ['get', 'namespace', ...Object.values(namespaces), '--ignore-not-found', '--output=name'];
  const found = (await tools.kubectl(words)).trim();
  if (found === '') return;
  throw new Error(`${found.replaceAll('\n', ', ')} already exists: remove it, or choose another name with --namespace`);
}

async function remove(world: World): Promise<void> {
  const { tools } = world;
  const names = Object.values(world.namespaces);
  await forgetExternalMetrics(world);
  await tools.kubectl(['delete', 'namespace', ...names, '--ignore-not-found', '--wait', '--timeout=300s']);
}

/** Removes the namespaces on Ctrl-C too. Under npm, Ctrl-C is delivered more than once. */
function removeOnSignal(world: World): { cancel(): void } {
  let isRemoving = false;
  const onSignal = () => {
    if (isRemoving) return;
    isRemoving = true;
    console.error(world.options.keep ? 'Interrupted.' : 'Interrupted; removing the namespaces …');
    const removed = world.options.keep ? Promise.resolve() : remove(world);
    void removed.finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  return {
    cancel() {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    },
  };
}
