import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Reads the process id and the URL of a platform's embedded database server. */
export function readServer(dataDir: string): { pid: number; url: string } {
  const [pid, , , port] = readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const { postgresPassword } = JSON.parse(readFileSync(path.join(dataDir, 'secrets.json'), 'utf8'));
  return { pid: Number(pid), url: `postgres://postgres:${postgresPassword}@127.0.0.1:${port}/postgres` };
}
