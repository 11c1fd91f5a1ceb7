import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '../file-lock.ts';

const run = promisify(execFile);
const repository = 'https://repo.maven.apache.org/maven2';
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const mavenTimeoutMs = 300_000;
const downloadTimeoutMs = 120_000;
const downloadsAtOnce = 4;

/** A jar by its Maven coordinates `group:artifact:version`, and the SHA-256 that it must have. */
export type Jar = readonly [coordinates: string, sha256: string];

/**
 * Returns the paths of jars in the folder. Missing jars are fetched once for all processes: with `mvn`, which is
 * configured for the mirrors of this machine, else from Maven Central over HTTPS. Throws when neither works.
 */
export async function fetchJars(jars: readonly Jar[], folder: string, onFetch: () => void): Promise<string[]> {
  const paths = jars.map(([coordinates]) => path.join(folder, fileName(coordinates)));
  if (await allThere(jars, folder)) return paths;
  await withFileLock(path.join(folder, '.lock'), async () => {
    if (await allThere(jars, folder)) return;
    onFetch();
    const draft = await mkdtemp(path.join(folder, '.fetch-'));
    try {
      const byMaven = await fetchWithMaven(jars, draft);
      if (!byMaven) await download(jars, draft);
      for (const jar of jars) await checkSum(jar, draft);
      for (const [coordinates] of jars) {
        await rename(path.join(draft, fileName(coordinates)), path.join(folder, fileName(coordinates)));
      }
      await writeFile(path.join(folder, '.complete'), stampOf(jars));
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
  return paths;
}

async function allThere(jars: readonly Jar[], folder: string): Promise<boolean> {
  return (await readFile(path.join(folder, '.complete'), 'utf8').catch(() => '')) === stampOf(jars);
}

function stampOf(jars: readonly Jar[]): string {
  return createHash('sha256').update(JSON.stringify(jars)).digest('hex');
}

/** Fetches jars with `mvn`. Returns false when there is no `mvn` or it cannot fetch them. */
async function fetchWithMaven(jars: readonly Jar[], folder: string): Promise<boolean> {
  const dependencies = jars.map(([coordinates]) => {
    const { group, artifact, version } = split(coordinates);
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  const pom = path.join(folder, 'pom.xml');
  await mkdir(folder, { recursive: true });
  await writeFile(
    pom,
    `<project><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>jars</artifactId><version>1</version>
     <packaging>pom</packaging><dependencies>${dependencies.join('')}</dependencies></project>`,
  );
  const args = [
    '-q',
    '-B',
    '-f',
    pom,
    `${plugin}:copy-dependencies`,
    '-DexcludeTransitive=true',
    `-DoutputDirectory=${folder}`,
  ];
  return run('mvn', args, { timeout: mavenTimeoutMs }).then(
    () => true,
    () => false,
  );
}

async function download(jars: readonly Jar[], folder: string): Promise<void> {
  const queue = [...jars];
  await Promise.all(
    Array.from({ length: downloadsAtOnce }, async () => {
      for (let jar = queue.shift(); jar !== undefined; jar = queue.shift()) await downloadOne(jar, folder);
    }),
  );
}

async function downloadOne([coordinates]: Jar, folder: string): Promise<void> {
  const { group, artifact, version } = split(coordinates);
  const url = [repository, ...group.split('.'), artifact, version, fileName(coordinates)].join('/');
  const answer = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
  if (!answer.ok) throw new Error(`Maven Central answered ${answer.status} for ${coordinates}`);
  await writeFile(path.join(folder, fileName(coordinates)), Buffer.from(await answer.arrayBuffer()));
}

async function checkSum([coordinates, sha256]: Jar, folder: string): Promise<void> {
  const bytes = await readFile(path.join(folder, fileName(coordinates)));
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return;
  throw new Error(`${coordinates} is not the file that was expected`);
}

function fileName(coordinates: string): string {
  const { artifact, version } = split(coordinates);
  return `${artifact}-${version}.jar`;
}

function split(coordinates: string): { group: string; artifact: string; version: string } {
  const [group = '', artifact = '', version = ''] = coordinates.split(':');
  return { group, artifact, version };
}
