import { stringifyJson } from '@drippulse/json';
import type { Credentials, Provider, ProviderRequest } from '@drippulse/providers';
import { ForeignHost, type Outgoing } from './send.ts';

/** A request in the form in which it is sent, without its deadline. */
export type Encoded = Pick<Outgoing, 'url' | 'allowed' | 'method' | 'headers' | 'body' | 'maxBytes'>;

/**
 * Builds the request with its credentials. Returns undefined if the connection lacks a field that the request needs.
 */
export function encode(provider: Provider, credentials: Credentials, request: ProviderRequest): Encoded | undefined {
  const host = provider.hosts[request.host];
  if (host === undefined) throw new Error(`${provider.key} has no host ${request.host}`);
  const origin = host.originOf(credentials);
  const signature = provider.sign(credentials, request);
  if (origin === undefined || signature === null) return undefined;
  const { body, type } = bodyOf(request);
  return {
    url: request.url === undefined ? urlOf(origin, request) : pageOf(origin, request.url),
    allowed: host.allowed,
    method: request.method,
    headers: {
      accept: 'application/json',
      ...(type !== undefined && { 'content-type': type }),
      ...request.headers,
      ...signature,
    },
    ...(body !== undefined && { body }),
    ...(request.maxBytes !== undefined && { maxBytes: request.maxBytes }),
  };
}

function urlOf(origin: string, { path, query = {} }: ProviderRequest): string {
  const url = new URL(`${origin.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) url.searchParams.append(name, String(one));
    }
  }
  return url.href;
}

/**
 * Returns the URL of the next page that an answer names. It must have the host of the previous page, because the
 * credentials are sent to it.
 */
function pageOf(origin: string, page: string): string {
  const url = URL.parse(page, origin);
  if (url === null || url.host !== new URL(origin).host) throw new ForeignHost(page);
  return url.href;
}

function bodyOf({ body }: ProviderRequest): { body?: string; type?: string } {
  if (body === undefined) return {};
  if ('json' in body) return { body: stringifyJson(body.json), type: 'application/json' };
  if ('form' in body) {
    const form = new URLSearchParams(body.form.map(([name, value]): [string, string] => [name, value]));
    return { body: form.toString(), type: 'application/x-www-form-urlencoded' };
  }
  return { body: body.text, type: body.type };
}
