import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceName } from '@drippulse/topology';
import { nodeEnvironment, nodeFlagsOf } from '@drippulse/topology';
import { urlHost } from './environment.ts';
import { StartError } from './secrets.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/**
 * Milliseconds within which a process must be ready. All processes start at the same time, and a busy machine is slow.
 */
const startMs = 180_000;

/** A service in a process of its own. `stop` sends SIGTERM, waits for the end, and returns the exit code. */
export type ServiceProcess = { service: ServiceName; pid: number; stop(): Promise<number | null> };

/**
 * Starts a service's main.ts with an environment, and waits until its operations port reports that it is ready. The
 * service writes its log file itself. It ends when this process ends, because the channel between them closes.
 */
export async function startProcess(
  service: ServiceName,
  environment: Record<string, string>,
  logDir: string,
  onExit: (service: ServiceName, code: number | null) => void,
): Promise<ServiceProcess> {
  const logFile = path.join(logDir, `${service}.log`);
  const child = spawn(
    process.execPath,
    [
      ...nodeFlagsOf(service),
      '--import',
      path.join(root, 'libs/observability/src/tracing/preload.ts'),
      path.join(root, 'services', service, 'src/main.ts'),
    ],
    {
      cwd: root,
      env: { PATH: process.env['PATH'], ...nodeEnvironment, ...environment, LOG_FILE: logFile },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  // Keeps the last output of the process, such as an uncaught error.
  for (const output of [child.stdout, child.stderr]) output?.on('data', (text) => append(logFile, text));
  let isStopping = false;
  // The last output of the process may arrive after its exit.
  const written = once(child, 'close');
  child.once('exit', (code) => {
    if (!isStopping) onExit(service, code);
  });
  const stop = async () => {
    isStopping = true;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    return child.exitCode;
  };
  try {
    const opsUrl = `http://${urlHost(environment['OPS_HOST'] ?? '')}:${environment['OPS_PORT']}`;
    await untilReady(child, opsUrl, { service, logFile, written });
  } catch (error) {
    await stop();
    throw error;
  }
  return { service, pid: child.pid ?? 0, stop };
}

async function untilReady(
  child: ChildProcess,
  opsUrl: string,
  { service, logFile, written }: { service: string; logFile: string; written: Promise<unknown> },
): Promise<void> {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) {
      await written;
      throw new StartError(
        `The ${service} process ended with code ${child.exitCode}; see ${logFile}, which ends with\n${lastLines(logFile)}`,
      );
    }
    const isUp = await fetch(`${opsUrl}/live`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new StartError(`The ${service} process was not up after ${startMs / 1000} s; see ${logFile}.`);
}

function append(logFile: string, text: Buffer): void {
  try {
    appendFileSync(logFile, text, { mode: 0o600 });
  } catch {
    // A full disk may have no room for the last output of a service. This must not end the other services.
  }
}

/**
 * The range is below the ports of outgoing connections on Linux, macOS and Windows, so that no outgoing connection can
 * take a port in the meantime.
 */
const ports = { from: 15_000, to: 32_000 };

/** Returns ports that are free now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(randomInt(ports.from, ports.to), '127.0.0.1', () => resolve(true));
    });
    if (isFree) servers.push(server);
  }
  const free = servers.map((server) => (server.address() as AddressInfo).port); // the servers listen on TCP
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return free;
}

/** Returns the last lines that a process has written, for the message of a failed start. */
function lastLines(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  return lines.slice(-5).join('\n');
}
