import { type Layout, type RunningPlatform, startLayout } from '@drippulse/harness';
import { startKafka, startRedis } from '@drippulse/servers';
import { publicService, serviceNames } from '@drippulse/topology';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { filesWithout } from '../src/names.ts';
import { copyTree, type TreeCopy } from '../src/tree-copy.ts';

const name = 'demo';
const table = 'libs/topology/src/services.ts';
const script = ['node', 'scripts/new-service/main.mjs'];
/** Whether a file belongs only to the new service. */
const isOwn = (file: string) => /^(services|proto\/drippulse)\/demo\//.test(file);
const folders = ['libs', 'services', 'deploy', 'site', 'test'];

let copy: TreeCopy;
let running: RunningPlatform | undefined;
beforeAll(async () => {
  copy = copyTree();
}, 60_000);
afterAll(() => copy?.remove());

test('a dry run lists what it would write, and writes nothing', async () => {
  const output = await copy.run([...script, name, '--dry-run']);
  for (const file of ['services/demo/src/service.ts', 'proto/drippulse/demo/v1/demo.proto', table]) {
    expect(output).toContain(file);
  }
  expect(copy.changed()).toEqual([]);
});

test.each([
  ['Demo', /kebab-case/],
  ['demo_two', /kebab-case/],
  ['crm', /taken/],
  ['identity', /taken/],
  ['engine', /taken/],
  ['ingress', /taken/],
])('the name %s is refused', async (refused, reason) => {
  await expect(copy.run([...script, refused])).rejects.toThrow(reason);
  expect(copy.changed()).toEqual([]);
});

describe.each([
  ['that publishes nothing', []],
  ['that publishes events', ['--publishes']],
])('the service %s', (_, options) => {
  afterEach(async () => {
    await running?.dispose();
    running = undefined;
  }, 60_000);
  beforeAll(async () => {
    await copy.run([...script, name, ...options]);
  }, 300_000);

  test('changes the table, the lock and generated files outside of its folder and protos', async () => {
    const outside = copy.changed().filter((file) => !isOwn(file) && file !== table && file !== 'package-lock.json');
    const contents = () => Object.fromEntries(outside.map((file) => [file, copy.read(file)]));
    const made = contents();
    const known = outside.filter((file) => !file.startsWith('proto/gen/drippulse/demo/'));
    copy.git('checkout', '--quiet', '--', ...known);
    copy.git('clean', '--quiet', '--force', '-d', 'proto/gen');
    await copy.run(['node', 'scripts/generate.mjs']);
    expect(contents()).toEqual(made);
  }, 120_000);

  test('passes the checks', async () => {
    await copy.run(['biome', 'ci', '.']);
    await copy.run(['buf', 'lint']);
    await copy.run(['buf', 'format', '--diff', '--exit-code', 'proto']);
    await copy.run(['node', 'scripts/generate.mjs', '--check']);
    await copy.run(['tsc', '-b']);
    await copy.run(['oxlint', '--type-aware', '--deny-warnings', 'services/demo']);
    await copy.run(['depcruise', '--config', '.dependency-cruiser.js', ...folders]);
    await copy.run(['knip', '--no-config-hints']);
  }, 400_000);

  test('is named by every file that names the services', () => {
    expect(filesWithout(copy, name, serviceNames)).toEqual([]);
  });

  test('passes its own tests, and those of the chart', async () => {
    await copy.run(['node', 'scripts/test.mjs', 'services/demo', 'test/chart']);
  }, 300_000);

  test('passes the tests of access and tenancy', async () => {
    const output = await copy.run(['node', 'scripts/test.mjs', 'test/journeys/test/access.test.ts']);
    expect(output).toContain(
      'GET /api/v1/demo_items/{id} answers an id of another organization exactly like an unknown one',
    );
  }, 300_000);

  test('is in the chart, in compose and among the targets of Prometheus', () => {
    const objects = parseAllDocuments(copy.read('helm/drippulse/examples/production/rendered.yaml')).map((each) =>
      each.toJS(),
    );
    const find = (kind: string, of: string) =>
      objects.find((object) => object?.kind === kind && object.metadata.name === `drippulse-${of}`);
    expect(find('Deployment', name)).toBeDefined();
    expect(find('Job', `${name}-migration`)).toBeDefined();
    expect(JSON.stringify(find('NetworkPolicy', name).spec.ingress)).toContain(`"${publicService}"`);
    expect(JSON.stringify(find('NetworkPolicy', publicService).spec.egress)).toContain(`"${name}"`);
    expect(JSON.stringify(find('Deployment', publicService))).toContain('"DEMO_ADDRESS"');
    const { services } = parse(copy.read('deploy/compose.yaml'), { merge: true });
    expect(services).toMatchObject({
      demo: { image: 'drippulse/demo' },
      'migrate-demo': { command: ['src/migrate.ts'] },
    });
    expect(copy.read('deploy/prometheus/prometheus.yaml')).toContain('demo:8082');
  });

  test('starts in npm start, with readiness, metrics, its migration and its RPC', async () => {
    const platform = await started('start');
    expect(await (await fetch(`${platform.opsUrl}/ready`)).json()).toMatchObject({ parts: { 'demo.database': true } });
    expect(await text(`${platform.opsUrl}/metrics`)).toMatch(/drippulse_rpc_duration_seconds_count\{.*service="demo"/);
  }, 120_000);

  test('starts in a process of its own', async () => {
    const [kafka, redis] = await Promise.all([startKafka(), startRedis()]);
    try {
      if ('unavailable' in kafka) return console.warn(`NOT RUN: ${kafka.unavailable}`);
      if ('unavailable' in redis) return console.warn(`NOT RUN: ${redis.unavailable}`);
      const platform = await started('start:distributed', {
        KAFKA_BROKERS: kafka.brokers.join(','),
        REDIS_URL: redis.url,
      });
      const [, port] = /^ {2}demo +process \d+, gRPC \d+, operations (\d+)$/m.exec(platform.output()) ?? [];
      expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
      expect(await text(`http://127.0.0.1:${port}/metrics`)).toMatch(
        /drippulse_rpc_duration_seconds_count\{.*service="demo"/,
      );
    } finally {
      await running?.dispose();
      await Promise.all([kafka, redis].map((server) => ('stop' in server ? server.stop() : undefined)));
    }
  }, 240_000);

  test('is removed without a trace', async () => {
    await copy.run([...script, name, '--remove']);
    expect(copy.changed()).toEqual([]);
  }, 120_000);
});

/** Starts the platform of the copy, and calls the RPC of the service through the public API. */
async function started(layout: Layout, env: Record<string, string> = {}): Promise<RunningPlatform> {
  const platform = await startLayout(layout, { tree: copy.root, env });
  running = platform;
  const headers = { authorization: `Bearer ${platform.apiKey}`, 'content-type': 'application/json' };
  const items = `${platform.baseUrl}/api/v1/demo_items`;
  const created = await fetch(items, { method: 'POST', headers, body: JSON.stringify({ name: 'First' }) });
  expect(created.status).toBe(201);
  const { id } = JSON.parse(await created.text());
  expect(await (await fetch(`${items}/${id}`, { headers })).json()).toMatchObject({ id, name: 'First' });
  return platform;
}

async function text(url: string): Promise<string> {
  return (await fetch(url)).text();
}
