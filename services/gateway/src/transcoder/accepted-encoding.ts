import type { IncomingMessage } from 'node:http';

/** Content codings of responses, the better coding first. */
export type Encoding = 'br' | 'gzip';

const encodings: readonly Encoding[] = ['br', 'gzip'];

/**
 * Maximum length of the header; a longer one is ignored. The headers of real clients are shorter than 40 characters.
 */
const longestHeader = 256;

/**
 * Returns the coding that a client prefers by its `Accept-Encoding` (RFC 9110, 12.5.3): the accepted coding with the
 * highest weight, and among equal weights the first coding of `available`. Undefined if no coding is accepted, or if
 * the header cannot be parsed.
 */
export function acceptedEncoding(
  { headers }: Pick<IncomingMessage, 'headers'>,
  available: readonly Encoding[] = encodings,
): Encoding | undefined {
  const header = headers['accept-encoding'];
  if (typeof header !== 'string' || header.length > longestHeader) return undefined;
  const weights = weightsOf(header);
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  const identity = weights.get('identity') ?? 0;
  const [best] = available.filter((name) => weightOf(name) > 0).sort((one, other) => weightOf(other) - weightOf(one));
  return best !== undefined && weightOf(best) >= identity ? best : undefined;
}

function weightsOf(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.toLowerCase().split(',')) {
    const [, name, weight = '1'] =
      /^\s*([\w*!#$%&'+.^`|~-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/.exec(part) ?? [];
    if (name !== undefined) weights.set(name === 'x-gzip' ? 'gzip' : name, Number(weight));
  }
  return weights;
}
