import type { Probe } from './start-probe.ts';

export type Answer = { status: number; headers: Headers; text: string; json: Record<string, unknown> };

/** Sends one request as an editor. The body is sent as JSON unless it is already raw. */
export async function send(
  { url }: Pick<Probe, 'url'>,
  method: string,
  path: string,
  options: { body?: unknown; raw?: RequestInit['body']; headers?: Record<string, string>; role?: string } = {},
): Promise<Answer> {
  const { body, raw, headers = {}, role = 'editor' } = options;
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(role !== '' && { authorization: `Bearer ${role}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(raw !== undefined && { body: raw, duplex: 'half' }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: asJson(text) };
}

function asJson(text: string): Record<string, unknown> {
  return /^\s*[{[]/.test(text) ? (JSON.parse(text) as Record<string, unknown>) : {};
}
