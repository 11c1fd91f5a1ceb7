import type { Violation } from '@drippulse/errors';
import { checkUrl } from '@drippulse/http';
import { nearest, parseJson, stringifyJson } from '@drippulse/json';
import { configSchemas, type SourceConfig, type SourceType } from './schemas.ts';

/** Reads the settings of a data source, or returns their violations. A mask keeps the stored value in `former`. */
export async function readConfig(
  type: SourceType,
  text: string,
  o: { allowPrivate: boolean; former?: SourceConfig | undefined },
): Promise<{ config: SourceConfig } | { violations: Violation[] }> {
  const schema = configSchemas[type];
  const { data, error } = schema.safeParse(unmask(JSON.parse(stringifyJson(parseJson(text))), o.former));
  if (error !== undefined)
    return { violations: error.issues.flatMap((issue) => violationsOf(issue, Object.keys(schema.shape))) };
  const config = { type, ...data } as SourceConfig; // the schema is that of `type`
  const problem =
    'url' in config && config.url !== undefined ? await checkUrl(config.url, { ...o, lookUp: noLookUp }) : undefined;
  if (problem !== undefined)
    return { violations: [{ field: 'config.url', message: `is not allowed: ${problem}`, code: 'format' }] };
  return { config };
}

/**
 * Resolves no host name. Saving a data source needs no look-up, because the address of the host is checked on every
 * connection.
 */
async function noLookUp(): Promise<undefined> {
  return undefined;
}

type Issue = { code: string; path: PropertyKey[]; message: string; keys?: string[]; values?: unknown[] };

function violationsOf(issue: Issue, known: readonly string[]): Violation[] {
  const { code, path, message, keys = [], values } = issue;
  const at = ['config', ...path.map(String)].join('.');
  if (code === 'invalid_value' && values !== undefined) {
    const allowed = values.map(String);
    return [{ field: at, message: `must be one of ${allowed.join(', ')}`, code: 'enum', allowed }];
  }
  if (code !== 'unrecognized_keys') {
    const isMissing = code === 'invalid_type' && message.includes('undefined');
    return [
      { field: at, message: isMissing ? 'is required' : plain(message), code: isMissing ? 'required' : 'invalid' },
    ];
  }
  return keys.map((name) => {
    const suggestion = nearest(name, known);
    return {
      field: `${at}.${name}`,
      message: 'is not a setting of this type',
      code: 'unknown_member' as const,
      ...(suggestion !== undefined && { suggestion }),
    };
  });
}

/** Removes the prefix of zod's messages, because the message continues a sentence about the field. */
function plain(message: string): string {
  return message.replace(/^Invalid (input|option|string): /, '');
}

/** The mask that replaces a secret. */
export const mask = '••••';

/** Returns the form that people see, in which the values of headers and of a URL's query are masked. */
export function shownConfig({ type: _, ...config }: SourceConfig): string {
  const shown: Record<string, unknown> = { ...config };
  if ('url' in config && config.url !== undefined) shown['url'] = maskQuery(config.url);
  if ('headers' in config && config.headers !== undefined) {
    shown['headers'] = Object.fromEntries(Object.keys(config.headers).map((name) => [name, mask]));
  }
  return JSON.stringify(shown);
}

function maskQuery(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.search === '') return text;
  const names = [...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=${mask}`);
  return `${url.origin}${url.pathname}?${names.join('&')}`;
}

function unmask(given: unknown, former: SourceConfig | undefined): unknown {
  if (typeof given !== 'object' || given === null || former === undefined) return given;
  const config: Record<string, unknown> = { ...given };
  const url = 'url' in former ? former.url : undefined;
  if (url !== undefined && config['url'] === maskQuery(url)) config['url'] = url;
  const headers: Readonly<Record<string, string>> = ('headers' in former ? former.headers : undefined) ?? {};
  const own = config['headers'];
  if (typeof own === 'object' && own !== null && sameOrigin(config['url'], url)) {
    config['headers'] = Object.fromEntries(
      Object.entries(own).map(([name, value]) => [name, value === mask ? (headers[name] ?? value) : value]),
    );
  }
  return config;
}

/** Whether two URLs have the same origin. A stored secret is sent only to the origin for which it was entered. */
function sameOrigin(given: unknown, former: string | undefined): boolean {
  const [one, other] = [typeof given === 'string' ? URL.parse(given) : null, URL.parse(former ?? '')];
  return one !== null && other !== null && one.origin === other.origin;
}
