import { DomainError, refuseViolations, type Violation } from '@drippulse/errors';
import { checkUrl } from '@drippulse/http';
import type { AgentModelPrice } from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import type { Context } from '../context.ts';
import { modelProblems, priceProblems } from './prices.ts';
import { type ModelConnectionRow, maskStart } from './rows.ts';

const mostKeyLength = 1_000;

/** Members of a request. Absent members are not checked. */
export type Fields = { baseUrl?: string; apiKey?: string; model?: string; prices?: readonly AgentModelPrice[] };

/** Refuses invalid members, and a base URL whose host name does not resolve to public IP addresses. */
export async function checkFields(
  ctx: Pick<Context, 'config' | 'lookUp'>,
  organizationId: bigint,
  { baseUrl, apiKey, model, prices }: Fields,
): Promise<void> {
  refuseViolations([
    ...(baseUrl === undefined ? [] : await addressProblems(ctx, organizationId, baseUrl)),
    ...(apiKey === undefined ? [] : keyProblems(apiKey)),
    ...(model === undefined ? [] : modelProblems('model', model)),
    ...(prices === undefined ? [] : priceProblems(prices)),
  ]);
}

async function addressProblems(
  { config, lookUp }: Pick<Context, 'config' | 'lookUp'>,
  organizationId: bigint,
  baseUrl: string,
): Promise<Violation[]> {
  const field = 'base_url';
  const look = (hostname: string) => lookUp(organizationId, hostname);
  const problem = await checkUrl(baseUrl, { allowPrivate: config.allowPrivate, lookUp: look });
  if (problem !== undefined) return [{ field, message: `is refused: ${problem}`, code: 'not_allowed' }];
  const { search, hash } = new URL(baseUrl);
  // A query or a fragment is refused, because paths are appended to this URL.
  return search === '' && hash === '' ? [] : [{ field, message: 'must have no query and no fragment', code: 'format' }];
}

function keyProblems(apiKey: string): Violation[] {
  const field = 'api_key';
  if (apiKey === '') return [{ field, message: 'must not be empty', code: 'required' }];
  if (apiKey.length > mostKeyLength) {
    return [{ field, message: `must be at most ${mostKeyLength} characters long`, code: 'length' }];
  }
  // The key is sent in a header, so only visible ASCII is allowed. A masked key, as returned by GET, is not sent but
  // compared with the stored row.
  if (apiKey.startsWith(maskStart) || /^[\x21-\x7e]+$/.test(apiKey)) return [];
  return [{ field, message: 'must have visible ASCII characters only', code: 'format' }];
}

/**
 * Returns the key to store, or undefined to keep the stored key. A stored key is only kept for the scheme, host and
 * port for which it was entered.
 */
export function newKey(
  { base_url, shown_key }: Pick<ModelConnectionRow, 'base_url' | 'shown_key'>,
  { baseUrl = base_url, apiKey = shown_key }: Fields,
): string | undefined {
  if (!apiKey.startsWith(maskStart)) return apiKey;
  if (new URL(baseUrl).origin !== new URL(base_url).origin) {
    throw keyNeeded(
      'must be entered anew: the address has another scheme, host or port, and a stored key stays with the one it was entered for',
    );
  }
  if (apiKey !== shown_key) throw keyNeeded('has a masked value of another key: enter the key');
  return undefined;
}

/** Refuses a masked key when no key is stored, because a masked key can only refer to a stored key. */
export function refuseMask(apiKey: string): void {
  if (apiKey.startsWith(maskStart)) throw keyNeeded('has a masked value, and none is stored: enter the key');
}

function keyNeeded(problem: string): DomainError {
  const violations: Violation[] = [{ field: 'api_key', message: problem, code: 'not_allowed' }];
  return new DomainError('invalid', 'secret_needed', `api_key ${problem}`, { violations });
}
