import { DomainError, isShortage } from '@drippulse/errors';

/**
 * SQLSTATE classes of errors that are caused by the server, the connection or a conflict, not by the statement itself.
 */
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
/** Failures that pg reports without a code. */
const infrastructureMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout|Cannot use a pool after calling end|Client network socket disconnected)/;

/**
 * Whether a failure was caused by the infrastructure (connection, serialization, a resource shortage on this machine, a
 * peer that is unavailable), so that the same work may succeed later without a change.
 */
export function isInfrastructureError(error: unknown): boolean {
  if (isShortage(error)) return true;
  return chain(error).some((link) => {
    if (link instanceof DomainError) return link.kind === 'unavailable';
    const code = codeOf(link);
    if (code !== undefined) return infrastructureCodes.has(code) || isInfrastructureState(code);
    return infrastructureMessages.test(String(memberOf(link, 'message')));
  });
}

/** Whether a failure is a serialization failure or a deadlock. The whole transaction must then be run again. */
export function isTransactionConflict(error: unknown): boolean {
  return chain(error).some((link) => codeOf(link) === '40001' || codeOf(link) === '40P01');
}

function isInfrastructureState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && infrastructureClasses.has(code.slice(0, 2));
}

/** Returns an error's SQLSTATE or Node error code, if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = memberOf(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** Returns the error, its causes, and the errors that it aggregates. */
function chain(error: unknown): unknown[] {
  const links: unknown[] = [];
  const open: unknown[] = [error];
  for (let link = open.shift(); link !== undefined && links.length < 20; link = open.shift()) {
    links.push(link);
    const [cause, parts] = [memberOf(link, 'cause'), memberOf(link, 'errors')];
    open.push(...(cause === undefined ? [] : [cause]), ...(Array.isArray(parts) ? parts : []));
  }
  return links;
}

/**
 * Reads a member of an error. Does not test for the class `Error`, because an error from Node may belong to another
 * realm.
 */
function memberOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}
