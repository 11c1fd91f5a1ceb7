import { createServer } from 'node:net';
import path from 'node:path';
import { DomainError } from '@drippulse/errors';
import { createLogger, type Logger, openLogFile } from '@drippulse/observability';
import { ConfigError } from '@drippulse/process';
import { StartError } from './secrets.ts';

/** Writes JSON log lines into the data folder, so that the terminal shows only what a person needs to see. */
export function fileLogger(dataDir: string): { log: Logger; logFile: string } {
  const logFile = path.join(dataDir, 'drippulse.log');
  return { log: createLogger({ destination: openLogFile(logFile) }), logFile };
}

/** Refuses a port that is taken, before a database is started. */
export async function checkPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(port, host, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

/** Prints the reason for a failed command, as a sentence if it is known, and ends with code 1. */
export function explainAndExit(error: unknown, settings?: { host: string; port: number; dataDir: string }): never {
  console.error(`\n${explain(error, settings)}`);
  process.exit(1);
}

function explain(error: unknown, settings?: { host: string; port: number; dataDir: string }): string {
  if (error instanceof StartError || error instanceof ConfigError || error instanceof DomainError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'EADDRINUSE') {
    const port = error instanceof Error && 'port' in error ? error.port : settings?.port;
    const remedy = port === settings?.port ? 'PORT=3001 npm start' : 'OPS_PORT=0 takes a free one';
    const address = error instanceof Error && 'address' in error ? error.address : settings?.host;
    return `Port ${port} on ${address} is taken. Stop what uses it, or choose another one: ${remedy}.`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `HOST=${settings?.host} is not an address of this machine.`;
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return `Permission denied: ${message}. Choose a folder you may write to with DATA_DIR, and a PORT above 1023.`;
  }
  if (code === 'ENOSPC') return `No disk space is left for ${settings?.dataDir}. Free some, then start again.`;
  if (process.env['LOG_LEVEL'] === 'debug' && error instanceof Error) return error.stack ?? message;
  return `DripPulse could not start: ${message}\nSet LOG_LEVEL=debug to see where it happened.`;
}
