import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Options } from './bench.ts';
import { cpuSeconds } from './measuring/cpu.ts';
import type { BenchPostgres } from './start-postgres.ts';

const folder = new URL('../peers/', import.meta.url);
const lockFile = new URL('package-lock.json', folder);
const stampFile = new URL('node_modules/.installed-lock', folder);

/** The report of a peer's program: the work done and its duration. */
type Report = { steps: number; seconds: number; latenessMs?: number[] };

/** The report, with the CPU times of the peer's own process and of the database. */
export type PeerRun = Report & { cpuSeconds: number; databaseCpuSeconds: number };

/**
 * Installs the peers, from their own lock file, unless they are installed. They are not dependencies of this
 * repository, so its users do not get them. Throws when they cannot be installed.
 */
export function installPeers({ progress }: Pick<Options, 'progress'>): void {
  const lock = readFileSync(lockFile, 'utf8');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lock) return;
  progress('Installing the peers: first run, or their package-lock.json changed …');
  const npm = process.env['npm_execpath'];
  const [file, ...before] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const args = [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(file, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`the peers could not be installed: npm ci in ${fileURLToPath(folder)} failed`);
  writeFileSync(stampFile, lock);
}

/**
 * Runs a peer's program in a process of its own, on a database of its own on the same server. The program prepares,
 * reports that it is ready, works on a signal, and reports the result.
 */
export async function runPeer(postgres: BenchPostgres, program: string, config: object): Promise<PeerRun> {
  const database = await postgres.addDatabase();
  try {
    return await run(postgres, program, { ...config, databaseUrl: database.url });
  } finally {
    await database.drop();
  }
}

async function run(postgres: BenchPostgres, program: string, config: object): Promise<PeerRun> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(program, folder)), JSON.stringify(config)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code} before it had reported`);
  });
  failed.catch(() => undefined);
  const { pid = 0 } = child;
  try {
    await Promise.race([once(child, 'message'), failed]);
    const databaseBefore = await postgres.cpuSeconds();
    const before = await cpuSeconds(pid);
    child.send('work');
    const [report]: Report[] = await Promise.race([once(child, 'message'), failed]);
    if (report === undefined) throw new Error(`${program} reported nothing`);
    const spent = (await cpuSeconds(pid)) - before;
    return { ...report, cpuSeconds: spent, databaseCpuSeconds: (await postgres.cpuSeconds()) - databaseBefore };
  } finally {
    child.kill();
  }
}
