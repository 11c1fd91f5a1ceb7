import { type Api, type RunningPlatform, runCommand } from '@drippulse/harness';
import type { MakeResources, Resources } from '@drippulse/testing';
import { processNames } from '@drippulse/topology';

export const roles = ['viewer', 'approver', 'editor', 'admin'] as const;

/** Makes one resource of each kind in the organization of a caller, with the `test/resources.ts` of each service. */
export async function makeAllResources(api: Api, mark: string): Promise<Resources> {
  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const answer = await api.post(`/api/v1${path}`, body, { headers });
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }
  async function get(path: string) {
    const answer = await api.get(`/api/v1${path}`);
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }
  let made: Resources = {};
  for (const service of processNames) {
    const file = `../../../services/${service}/test/resources.ts`;
    const { makeResources }: { makeResources: MakeResources } = await import(file);
    made = { ...made, ...(await makeResources(post, mark, made, get)) };
  }
  return made;
}

/** Makes a second organization, and a caller who administers it. `env` is the platform's environment. */
export async function makeOrganization(
  platform: RunningPlatform,
  username: string,
  env: Record<string, string> = {},
): Promise<Api> {
  const password = 'a-long-password';
  const args = [
    'create',
    '--name',
    username,
    '--username',
    username,
    '--email',
    `${username}@example.com`,
    '--password',
    password,
  ];
  const { code, output } = await runCommand('deploy/local/src/org.ts', args, { ...env, DATA_DIR: platform.dataDir });
  if (code !== 0) throw new Error(output);
  return logIn(platform, username, password);
}

/** Makes a caller of the first organization with a role. */
export async function makeMember(
  platform: RunningPlatform,
  role: (typeof roles)[number],
  username: string,
): Promise<Api> {
  const password = 'a-long-password';
  const body = { email: `${username}@example.com`, username, role, password };
  const made = await platform.api.post('/api/v1/team_members', body);
  if (made.status !== 201) throw new Error(made.text);
  return logIn(platform, username, password);
}

async function logIn(platform: RunningPlatform, username: string, password: string): Promise<Api> {
  const login = await platform.api.as(null).post('/api/v1/auth/login', { username, password });
  if (login.status !== 200) throw new Error(login.text);
  return platform.api.as(login.body.token);
}
