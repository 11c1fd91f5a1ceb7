import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Config, service } from '@drippulse/enrollments';
import { migrateEmbeddedTransport } from '@drippulse/events';
import { freePort } from '@drippulse/servers';
import { nodeEnvironment, nodeFlags } from '@drippulse/topology';
import { cpuSeconds, peakMemoryMb } from '../measuring/cpu.ts';
import { createRuntimeClients, type RuntimeClients, runtimeConfig } from './clients.ts';

/** The enrollments service in a process of its own. */
export type Runtime = Pick<RuntimeClients, 'workflows' | 'enrollments'> & {
  /** Returns the seconds of CPU time of the process. */
  cpuSeconds(): Promise<number>;
  peakMemoryMb(): Promise<number>;
  stop(): Promise<void>;
};

const file = fileURLToPath(new URL('runtime-process.ts', import.meta.url));

/**
 * Starts a runtime on a database that already has the runtime's schema. `execArgv` are options of node, for example for
 * a profile; `config` has the settings that differ from production.
 */
export async function startRuntime(
  databaseUrl: string,
  { execArgv = [], config = {} }: { execArgv?: readonly string[]; config?: Partial<Config> } = {},
): Promise<Runtime> {
  const port = await freePort();
  const child = spawn(process.execPath, [...nodeFlags, ...execArgv, file], {
    env: {
      ...process.env,
      ...nodeEnvironment,
      BENCH_CONFIG: JSON.stringify({ ...runtimeConfig(databaseUrl, port), ...config }),
    },
    // The output of the runtime goes to standard error, because standard output is for figures.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    exited.then(() => Promise.reject(new Error('the runtime did not start'))),
  ]);
  const { pid = 0 } = child;
  const { workflows, enrollments, close } = createRuntimeClients(port);
  return {
    ...{ workflows, enrollments },
    cpuSeconds: () => cpuSeconds(pid),
    peakMemoryMb: () => peakMemoryMb(pid),
    async stop() {
      close();
      child.kill('SIGTERM');
      await exited;
    },
  };
}

export async function migrateRuntime(databaseUrl: string): Promise<void> {
  await service.migrate(databaseUrl);
  await migrateEmbeddedTransport(databaseUrl);
}
