import type { Agent, Answer } from './agent.ts';
import type { World } from './world.ts';

/** The public API. The calls are sent from the client's pod, through the gateway's Service. */
export type Api = {
  token: string;
  /** Calls the API. A body is JSON by default; a string is sent unchanged. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads JSON of every shape
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<any>;
  /** Whether a GET succeeds. `path` is used as it is, without the prefix of the API. */
  succeeds(path: string): Promise<boolean>;
};

/** Logs in as the administrator that the bootstrap Job created. `call` throws unless the response is a success. */
export async function logIn(
  { gateway }: World,
  client: Agent,
  admin: { username: string; password: string },
): Promise<Api> {
  const { token } = await call('', 'POST', '/admin/login', admin);
  return {
    token,
    call: (...request) => call(token, ...request),
    succeeds: async (path) => (await send(token, 'GET', path)).status < 300,
  };

  async function call(bearer: string, ...[method, path, body, contentType]: Parameters<Api['call']>) {
    const answer = await send(bearer, method, `/api/v1${path}`, body, contentType);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body}`);
    return answer.body === '' ? undefined : JSON.parse(answer.body);
  }

  function send(bearer: string, ...[method, path, body, contentType]: Parameters<Api['call']>): Promise<Answer> {
    const headers = {
      'content-type': contentType ?? 'application/json',
      ...(bearer && { authorization: `Bearer ${bearer}` }),
    };
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    return client.order({ order: 'call', call: { method, url: `${gateway}${path}`, headers, body: text } });
  }
}
