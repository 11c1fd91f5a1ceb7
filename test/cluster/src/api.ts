import type { Agent, Answer } from './agent.ts';
import type { World } from './world.ts';

/** The public API through the gateway's Service, called by the client's pod. */
export type Api = {
  token: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads JSON of every shape
  call(method: string, path: string, body?: unknown): Promise<any>;
};

/** Logs in as the administrator of the bootstrap Job. Calls throw unless the answer is a success. */
export async function logIn(
  { gateway }: World,
  client: Agent,
  admin: { username: string; password: string },
): Promise<Api> {
  const { token } = await call('', 'POST', '/admin/login', admin);
  return { token, call: (method, path, body) => call(token, method, path, body) };

  async function call(bearer: string, method: string, path: string, body?: unknown) {
    const headers = { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) };
    const answer = await client.order<Answer>({
      order: 'call',
      call: {
        method,
        url: `${gateway}/api/v1${path}`,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
      },
    });
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body}`);
    return answer.body === '' ? undefined : JSON.parse(answer.body);
  }
}
