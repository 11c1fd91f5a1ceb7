import { fileURLToPath } from 'node:url';
import { chartValues } from '../manifests/values.ts';
import type { Step } from '../report.ts';
import { run } from '../tools.ts';
import { deployments, release, serverPods, services, type World } from '../world.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const chart = `${root}helm/drippulse`;

export type Admin = { username: string; password: string };

/** Makes the Secrets as an operator does, and returns the credentials of the administrator. */
export async function makeSecrets({ tools, namespaces }: World, postgresPassword: string): Promise<Admin> {
  const { servers } = namespaces;
  const text = await run(process.execPath, [
    `${root}deploy/local/src/cluster-secrets.ts`,
    ...['--release', release, '--namespace', namespaces.release],
    ...['--database-url', `postgres://postgres:${postgresPassword}@postgres.${servers}.svc:5432/postgres`],
    ...['--redis-url', `redis://redis.${servers}.svc:6379`],
  ]);
  await tools.kubectl(['apply', '--filename', '-'], text);
  const items: { metadata: { name: string }; stringData: Record<string, string> }[] = JSON.parse(text).items;
  const stringData = items.find(({ metadata }) => metadata.name === `${release}-bootstrap`)?.stringData;
  return { username: stringData?.['ADMIN_USERNAME'] ?? '', password: stringData?.['ADMIN_PASSWORD'] ?? '' };
}

/** Runs `helm install` or `helm upgrade`, and waits until every pod is ready. Settings have the form `path=JSON`. */
export async function deploy(world: World, verb: 'install' | 'upgrade', settings: string[] = []): Promise<void> {
  const { options, tools, namespaces } = world;
  const further = options.values === undefined ? [] : ['--values', options.values];
  const setting = settings.flatMap((one) => ['--set-json', one]);
  await tools.helm(
    [
      ...[verb, release, chart, '--namespace', namespaces.release, '--wait', '--timeout', '10m'],
      ...['--values', '-', ...further, ...setting],
    ],
    JSON.stringify(chartValues(world)),
  );
}

/** Checks the results of the installation: the Jobs have completed, and the pods are ready and never restarted. */
export async function checkInstalled(world: World, step: Step): Promise<void> {
  const { tools, namespaces } = world;
  const events = await tools.list(namespaces.release, 'events');
  const done = new Set(
    events
      .filter(({ reason, involvedObject }) => reason === 'Completed' && involvedObject.kind === 'Job')
      .map(({ involvedObject }) => String(involvedObject.name)),
  );
  const expected = [...services.map((service) => `${service}-migration`), 'topics', 'bootstrap'].map(
    (job) => `${release}-${job}`,
  );
  const missing = expected.filter((name) => !done.has(name));
  if (missing.length > 0) throw new Error(`Jobs that did not complete: ${missing.join(', ')}`);
  step.measure(
    `${expected.length} Jobs completed before the pods: a migration for each service, the topics, the bootstrap`,
  );
  const pods = await serverPods(world);
  const statuses = pods.flatMap(({ status }) => status.containerStatuses ?? []);
  if (pods.length < deployments.length || statuses.some(({ ready }) => !ready))
    throw new Error('not every pod is ready');
  const restarts = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  if (restarts > 0) throw new Error(`${restarts} restarts of containers`);
  step.measure(`${pods.length} pods ready, no restarts; mutual TLS between services`);
}
