import { DomainError } from '@drippulse/runtime';

/** SQLSTATE classes that speak of the server, the connection or the moment, not of the statement. */
const infrastructureClasses = new Set(['08', '40', '53', '57', '58']);
const infrastructureCodes = new Set([
  '25006', // read-only: a failover is under way
  '25P03', // idle in transaction too long
  '55P03', // lock not available in time
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** pg reports these without a code. */
const infrastructureMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout|Cannot use a pool after calling end|Client network socket disconnected)/;

/**
 * Whether a failure comes from the surroundings (connection, serialization, resources, a peer that is away), so that
 * the same work may well succeed later without any change to it.
 */
export function isInfrastructureError(error: unknown): boolean {
  return chain(error).some((link) => {
    if (link instanceof DomainError) return link.kind === 'unavailable';
    const code = codeOf(link);
    if (code !== undefined) return infrastructureCodes.has(code) || isInfrastructureState(code);
    return link instanceof Error && infrastructureMessages.test(link.message);
  });
}

/** Serialization failure or deadlock: PostgreSQL asks for the whole transaction to be run again. */
export function isTransactionConflict(error: unknown): boolean {
  return chain(error).some((link) => codeOf(link) === '40001' || codeOf(link) === '40P01');
}

function isInfrastructureState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && infrastructureClasses.has(code.slice(0, 2));
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function chain(error: unknown): unknown[] {
  const links: unknown[] = [];
  const open: unknown[] = [error];
  for (let link = open.shift(); link !== undefined && links.length < 20; link = open.shift()) {
    links.push(link);
    if (link instanceof Error && link.cause !== undefined) open.push(link.cause);
    if (link instanceof AggregateError) open.push(...link.errors);
  }
  return links;
}
