/** PostgreSQL could not be started. The message is one sentence for the person who started it. */
export class PostgresError extends Error {
  override name = 'PostgresError';
}

/** The kinds of failed starts. */
export type StartFailure = 'already_running' | 'memory_in_use' | 'port_taken' | 'other';

/** Finds the kind of a failure in the output of PostgreSQL. The kind decides whether to try another start. */
export function classifyFailure(log: string): StartFailure {
  if (/lock file "postmaster\.pid" already exists/.test(log)) return 'already_running';
  if (/pre-existing shared memory block/.test(log)) return 'memory_in_use';
  if (/Address already in use|could not bind|could not create any TCP\/IP sockets/.test(log)) return 'port_taken';
  return 'other';
}

/** Explains in one sentence why PostgreSQL does not start. */
export function explainFailure(log: string, where: { dataDir: string; port: number; logFile: string }): string {
  const { dataDir, port, logFile } = where;
  if (/No space left on device|ENOSPC/.test(log)) return `The disk is full: PostgreSQL cannot write to ${dataDir}.`;
  if (/Disk quota exceeded|EDQUOT/.test(log))
    return `The disk quota is used up: PostgreSQL cannot write to ${dataDir}.`;
  if (classifyFailure(log) === 'port_taken') {
    return `Port ${port} is taken by another program, so PostgreSQL cannot listen there.`;
  }
  if (/data directory .* has wrong ownership/.test(log)) {
    return `${dataDir} belongs to another user: run this as the user who made it, or choose another DATA_DIR.`;
  }
  if (/Permission denied|EACCES|EPERM|Read-only file system|EROFS/.test(log)) {
    return `PostgreSQL may not write to ${dataDir}: check who owns it, or choose another DATA_DIR.`;
  }
  if (/initialized by PostgreSQL version/.test(log)) return otherVersion(dataDir, 'another version', 'this one');
  const said = /(?:FATAL|PANIC|error):\s+(.+)/.exec(log)?.[1];
  return `PostgreSQL does not start${said === undefined ? '' : ` (${said})`}: see ${logFile}.`;
}

/** Whether a full disk or quota kept PostgreSQL from starting. A person can solve this by freeing space. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof PostgresError && /^The disk (is full|quota is used up)/.test(error.message);
}

/** Returns the sentence for a data folder of another major version. */
export function otherVersion(dataDir: string, found: string, wanted: string): string {
  return `The data in ${dataDir} were written by PostgreSQL ${found}, and this is PostgreSQL ${wanted}: move the folder away, or set DATABASE_URL to a server of that version.`;
}

/** Returns the whole message of a failed child process or file operation. */
export function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  return ['message', 'stdout', 'stderr'].map((name) => Reflect.get(error, name) ?? '').join('\n');
}
