import type { Sealer } from '@drippulse/db';
import { DomainError, type Violation } from '@drippulse/errors';
import { type MaskProblem, maskRequest, unmaskRequest } from '@drippulse/secrets';
import type { Headers } from './headers.ts';

/** The URL of deliveries, and the customer's headers for them. */
export type Target = { url: string; headers: Headers };

/**
 * A target in its stored form: the masked forms, and the sealed values. A value that contains no secret may be
 * unsealed.
 */
export type StoredTarget = { url: string; sealed_url: Buffer | null; sealed_headers: Buffer | null };

/**
 * Reads the target in a request. Its masked values are replaced by the stored values for the same scheme, host and
 * port.
 */
export function readTarget(given: Target, stored?: Target): Target {
  const { request, problems } = unmaskRequest(given, stored);
  const [first] = problems;
  if (first === undefined) return request;
  const violations = problems.map(violationOf);
  const isUnknownHeader = first.header !== undefined && stored?.headers[first.header] === undefined;
  const message = `${first.header === undefined ? 'url' : `header ${first.header}`} ${first.message}`;
  throw new DomainError('invalid', isUnknownHeader ? 'invalid_headers' : 'secret_needed', message, { violations });
}

function violationOf({ header, message }: MaskProblem): Violation {
  return { field: header === undefined ? 'url' : `headers.${header}`, message, code: 'required' };
}

/** Returns the columns of a target. */
export function sealTarget(sealer: Sealer, webhookId: bigint, target: Target) {
  const shown = maskRequest(target);
  const { url, headers } = target;
  return {
    url: shown.url,
    headers: JSON.stringify(shown.headers),
    sealed_url: shown.url === url ? null : sealer.seal(Buffer.from(url), urlContext(webhookId)),
    sealed_headers:
      Object.keys(headers).length === 0
        ? null
        : sealer.seal(Buffer.from(JSON.stringify(headers)), headersContext(webhookId)),
  };
}

/** Opens the target in the form that is sent. */
export function openTarget(sealer: Sealer, webhookId: bigint, stored: StoredTarget): Target {
  const { url, sealed_url: sealedUrl, sealed_headers: sealedHeaders } = stored;
  return {
    url: sealedUrl === null ? url : sealer.open(sealedUrl, urlContext(webhookId)).toString(),
    headers: sealedHeaders === null ? {} : JSON.parse(sealer.open(sealedHeaders, headersContext(webhookId)).toString()),
  };
}

export function urlContext(webhookId: bigint): string {
  return `webhook url:${webhookId}`;
}

export function headersContext(webhookId: bigint): string {
  return `webhook headers:${webhookId}`;
}
