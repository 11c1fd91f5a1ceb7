/** Calls the REST API and returns its JSON. Throws unless the call succeeds. A string is sent unchanged. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of every shape
export type Api = (method: string, path: string, body?: unknown) => Promise<any>;

export function createApi(base: string, token: string): Api {
  return async (method, path, body) => {
    const answer = await fetch(base + path, {
      method,
      headers: {
        // Compression takes a thread, which a bench of two cores cannot spare, and base versions may lack it.
        'accept-encoding': 'identity',
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}
