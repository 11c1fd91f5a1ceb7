import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { findHelm, findKubernetesSchemas } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import {
  addressVariable,
  layoutProcesses,
  processEntry,
  processNames,
  processOf,
  type RoleName,
  roleProcesses,
  type ServiceName,
  serviceOf,
  serviceOfPeer,
} from '@drippulse/topology';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { restrictedProblemsOf, writableRootsOf } from '../src/pod-security.ts';
import {
  type KubernetesObject,
  objectsOf,
  platform,
  podOf,
  render,
  renderedFile,
  servers,
  valuesFile,
} from '../src/render.ts';
import { createValidator } from '../src/validate.ts';

const run = promisify(execFile);
const tools = await findHelm();
const schemas = await findKubernetesSchemas();

if ('unavailable' in tools) notRun(tools);
else describeChart(tools.helm);

function describeChart(helm: string): void {
  const kindsOf = (objects: KubernetesObject[], kind: string) => objects.filter((object) => object.kind === kind);

  const both = [platform, servers].flatMap((chart) => chart.sets.map((set) => ({ chart, set, name: chart.release })));

  describe.each(both)('the chart $name with the values "$set"', ({ chart, set }) => {
    let text = '';
    let objects: KubernetesObject[] = [];
    beforeAll(async () => {
      text = await render(helm, chart, set);
      objects = objectsOf(text);
    });

    test('Helm finds no fault', async () => {
      const { stdout } = await run(helm, ['lint', '--strict', chart.path, '--values', valuesFile(chart, set)]);
      expect(stdout).toContain('0 chart(s) failed');
    });

    test('the rendered manifests are the committed ones', () => {
      expect(text).toBe(readFileSync(renderedFile(chart, set), 'utf8'));
    });

    test('every pod passes the level restricted', () => {
      const pods = objects.flatMap((object) => podOf(object) ?? []);
      expect(pods.length).toBeGreaterThan(chart === platform ? 5 : 1);
      expect(pods.flatMap(restrictedProblemsOf)).toEqual([]);
      // The images of the servers are third-party, and write to their root file system.
      if (chart === platform) expect(pods.flatMap(writableRootsOf)).toEqual([]);
    });

    test('secrets are references only', () => {
      expect(kindsOf(objects, 'Secret')).toEqual([]);
      const containers = objects.flatMap((object) => podOf(object)?.containers ?? []);
      const written = containers.flatMap(({ env = [] }) =>
        env.filter(
          ({ name, value }: { name: string; value?: string }) =>
            value !== undefined && name !== 'PUBLIC_URL' && /URL|KEYS|PASSWORD|SECRET|TOKEN/.test(name),
        ),
      );
      expect(written).toEqual([]);
    });

    test('each Service and budget selects the pods of one workload, and of no job', () => {
      const labels = objects.flatMap((object) => (podOf(object) ? [object['spec'].template.metadata.labels] : []));
      for (const object of [...kindsOf(objects, 'Service'), ...kindsOf(objects, 'PodDisruptionBudget')]) {
        const selector: Record<string, string> = object['spec'].selector.matchLabels ?? object['spec'].selector;
        const selected = labels.filter((one) => Object.entries(selector).every(([key, value]) => one[key] === value));
        expect(selected).toHaveLength(1);
      }
    });
  });

  if ('unavailable' in schemas) notRun(schemas);
  else {
    test.each(both)('every object of $name "$set" conforms to the schemas of Kubernetes', async ({ chart, set }) => {
      const problemsOf = await createValidator(schemas);
      const problems = await Promise.all(objectsOf(await render(helm, chart, set)).map(problemsOf));
      expect(problems.flat()).toEqual([]);
    });

    test('a member that Kubernetes does not know is found', async () => {
      const problemsOf = await createValidator(schemas);
      const [object] = kindsOf(objectsOf(await render(helm, platform, 'small')), 'Deployment');
      if (object === undefined) throw new Error('there is no Deployment');
      object['spec'].template.spec.containers[0].readinesProbe = {};
      expect((await problemsOf(object)).join()).toContain('readinesProbe');
    });
  }

  describe('a rendered release', () => {
    let objects: KubernetesObject[] = [];
    const named = (kind: string, name: string): KubernetesObject['spec'] =>
      kindsOf(objects, kind).find((object) => object.metadata.name === `drippulse-${name}`)?.['spec'];
    beforeAll(async () => {
      objects = objectsOf(await render(helm, platform, 'production'));
    });

    test('has a probe for startup, readiness and liveness, each with its own patience', () => {
      for (const object of kindsOf(objects, 'Deployment')) {
        const [{ startupProbe, readinessProbe, livenessProbe }] = podOf(object).containers;
        expect(readinessProbe.httpGet.path).toBe('/ready');
        expect(livenessProbe.httpGet.path).toBe('/live');
        type Probe = { periodSeconds: number; timeoutSeconds: number; failureThreshold: number };
        const untilRefused = (probe: Probe) => probe.periodSeconds * probe.failureThreshold;
        const untilSilent = (probe: Probe) =>
          Math.max(probe.periodSeconds, probe.timeoutSeconds) * probe.failureThreshold;
        expect(untilRefused(startupProbe)).toBeGreaterThanOrEqual(300);
        expect(untilRefused(readinessProbe)).toBeLessThan(10);
        expect(untilSilent(readinessProbe)).toBeGreaterThanOrEqual(30);
        expect(untilSilent(readinessProbe)).toBeLessThan(untilSilent(livenessProbe));
      }
    });

    test('gives pods more time to end than they drain', () => {
      for (const object of kindsOf(objects, 'Deployment')) {
        const pod = podOf(object);
        const { env } = pod.containers[0];
        const delay = env.find(({ name }: KubernetesObject) => name === 'SHUTDOWN_DELAY_SECONDS').value;
        expect(Number(delay)).toBeGreaterThanOrEqual(5);
        expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(delay) + 10 + 15 + 10);
      }
    });

    test('lets only services that call customers leave the cluster, and never to private addresses', () => {
      const leaving = kindsOf(objects, 'NetworkPolicy').filter((object) =>
        JSON.stringify(object['spec'].egress ?? []).includes('0.0.0.0/0'),
      );
      expect(leaving.map((object) => object.metadata.name).sort()).toEqual(
        processNames
          .filter((name) => processEntry(name).leavesCluster)
          .map((name) => `drippulse-${name}`)
          .sort(),
      );
      for (const object of leaving) {
        const blocks = object['spec'].egress.flatMap((rule: KubernetesObject) => rule['to'] ?? []);
        const [v4] = blocks.filter((peer: KubernetesObject) => peer['ipBlock']?.cidr === '0.0.0.0/0');
        for (const range of ['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']) {
          expect(v4.ipBlock.except).toContain(range);
        }
      }
    });

    test('denies every connection that no policy allows', () => {
      const deny = named('NetworkPolicy', 'default-deny');
      expect(deny).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
      expect(deny.ingress ?? deny.egress).toBeUndefined();
      for (const object of objects.filter((one) => podOf(one) !== undefined)) {
        expect(object['spec'].template.metadata.labels).toMatchObject(deny.podSelector.matchLabels);
      }
    });

    test('allows callers and peers of a service by one list', () => {
      const allowed = (name: string, direction: 'ingress' | 'egress', port: number | string) =>
        named('NetworkPolicy', name)
          [direction].filter(({ ports }: KubernetesObject) =>
            ports?.some((one: KubernetesObject) => one['port'] === port),
          )
          .flatMap((rule: KubernetesObject) => rule[direction === 'ingress' ? 'from' : 'to'])
          .map((peer: KubernetesObject) => peer['podSelector'].matchLabels['app.kubernetes.io/name'])
          .sort();
      for (const { name: service, calls } of layoutProcesses) {
        const callers = layoutProcesses.filter((caller) => caller.calls.map(peerProcess).includes(service));
        expect(allowed(service, 'ingress', 'grpc')).toEqual(callers.map(({ name }) => name).sort());
        expect(allowed(service, 'egress', 8081)).toEqual(calls.map(peerProcess).sort());
        const [container] = named('Deployment', service).template.spec.containers;
        const addresses = container.env.filter(({ name }: KubernetesObject) => String(name).endsWith('_ADDRESS'));
        expect(addresses).toEqual(
          calls.map((peer) => ({
            name: addressVariable(peer),
            value: `drippulse-${peerProcess(peer)}-grpc.drippulse.svc:8081`,
          })),
        );
      }
      expect(allowed(processOf(serviceOf('identity')), 'ingress', 'grpc')).toContain(serviceOf('workflows'));
    });

    test('starts each role beside its service, with its image, and only there are both of them not all', () => {
      for (const { name, service, role, besides } of roleProcesses) {
        const [own, other] = [name, service].map((one) => named('Deployment', one).template.spec.containers[0]);
        expect(own.image).toBe(other.image);
        const roleOf = ({ env }: KubernetesObject) =>
          env.find((one: KubernetesObject) => one['name'] === 'ROLE')?.value;
        expect([roleOf(own), roleOf(other)]).toEqual([role, besides]);
      }
    });

    test('migrates before the pods of an installation or upgrade, and not on a rollback', () => {
      const jobs = kindsOf(objects, 'Job').filter(({ metadata }) => metadata.name.endsWith('-migration'));
      expect(jobs).toHaveLength(kindsOf(objects, 'Deployment').length - roleProcesses.length);
      for (const { metadata } of jobs) expect(metadata.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade');
    });

    test('scales by load, without a number of replicas beside the autoscaler', () => {
      expect(named('Deployment', 'gateway').replicas).toBeUndefined();
      expect(named('HorizontalPodAutoscaler', 'gateway')).toMatchObject({ minReplicas: 3, maxReplicas: 12 });
      const metrics = named('HorizontalPodAutoscaler', serviceOf('enrollments')).metrics;
      expect(metrics.map((one: KubernetesObject) => one['external']?.metric.name ?? one['resource'].name)).toEqual([
        'cpu',
        'drippulse_effects_in_flight',
      ]);
    });

    test('has the alerts and dashboards that are generated from the catalog of metrics', () => {
      const deploy = new URL('../../../deploy/', import.meta.url);
      const [rule] = kindsOf(objects, 'PrometheusRule');
      expect(rule?.['spec']).toEqual(parse(readFileSync(new URL('prometheus/rules.yaml', deploy), 'utf8')));
      const dashboards = readdirSync(new URL('grafana', deploy)).filter((name) => name.endsWith('.json'));
      expect(dashboards.length).toBeGreaterThan(3);
      const brought = kindsOf(objects, 'ConfigMap').flatMap((object) => Object.entries<string>(object['data']));
      expect(brought.map(([name]) => name).sort()).toEqual(dashboards.sort());
      for (const [name, text] of brought) {
        expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(new URL(`grafana/${name}`, deploy), 'utf8')));
      }
    });
  });

  test.each([
    ['a misspelled value of a service', 'gateway.replica=3', 'replica'],
    ['no broker', 'global.kafka.brokers=null', 'brokers'],
    ['no address for links in mails', 'global.publicUrl=', 'publicUrl'],
    ['a level of logs that is none', 'global.logLevel=verbose', 'logLevel'],
    ['credentials for Kafka without a Secret', 'global.kafka.sasl.mechanism=plain', 'secretName'],
    ['a certificate for Kafka without a Secret', 'global.kafka.tls.clientCertificate=true', 'secretName'],
    ['a share of traces above one', 'global.tracing.share=2', 'share'],
    ['an ingress without a host', 'ingress.enabled=true', 'host'],
    ['a drain shorter than what calls and effects may take', 'crm.drainSeconds=5', 'drainSeconds'],
  ])('%s is refused by name', async (_name, pair, named) => {
    await expect(render(helm, platform, 'small', [pair])).rejects.toThrow(named);
  });

  test('servers without a password for PostgreSQL are refused', async () => {
    await expect(render(helm, servers, 'kept', ['postgres.passwordSecret.name='])).rejects.toThrow('passwordSecret');
  });

  test('servers keep their data in volumes that stay, except Redis', async () => {
    const sets = kindsOf(objectsOf(await render(helm, servers, 'kept')), 'StatefulSet');
    const kept = sets.filter((object) => object['spec'].volumeClaimTemplates !== undefined);
    expect(kept.map(({ metadata }) => metadata.name).sort()).toEqual(['kafka', 'postgres']);
    for (const object of kept) {
      expect(object['spec'].persistentVolumeClaimRetentionPolicy).toEqual({
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
      });
    }
  });
}

/**
 * Returns the process in which a peer runs. It is the process of the peer's role, or of the service in which the peer
 * runs.
 */
function peerProcess(peer: ServiceName | RoleName): string {
  const service = serviceOfPeer(peer);
  return service === peer ? processOf(service) : peer;
}
