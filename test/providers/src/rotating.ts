import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '@drippulse/servers';
import { Provider } from 'oidc-provider';

/** A fault of a token request: the response is delayed, is lost, or is never sent. */
export type TokenFault = { delayMs?: number; lost?: true; hang?: true };

export type RotatingProvider = {
  /** Value of the variable PROVIDER_HOSTS_OVERRIDE. */
  url: string;
  client: { id: string; secret: string };
  /** Returns the number of token requests so far. */
  tokenCalls(): number;
  /** Sets the faults of the next token requests, one fault for each request. */
  fail(...faults: TokenFault[]): void;
  /**
   * Responds to the next API calls with 503, so that the platform cannot find out to which account the tokens belong.
   */
  failCalls(count: number): void;
  /** Waits until there have been more than `count` token requests. */
  tokenCall(count: number): Promise<void>;
  /** Returns a refresh token for a person who has consented. */
  giveRefreshToken(person: string): Promise<string>;
  /** Ends the consents of a person, as an admin of the account would. */
  endConsents(person: string): Promise<void>;
  /** Whether an access token is valid. */
  isLive(accessToken: string): Promise<boolean>;
  stop(): Promise<void>;
};

const client = { id: 'drippulse-test', secret: 'canary-client-secret-71c2' };
const scopes = ['user:read:user', 'meeting:write:meeting', 'meeting:update:meeting'];

/**
 * Starts an authorization server that replaces zoom.us. It rotates refresh tokens, and ends a consent when an old
 * refresh token is used again. The account is the part of a person's name after the `@`, so two people may share an
 * account.
 */
export async function startRotatingProvider({ redirectUri }: { redirectUri: string }): Promise<RotatingProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${portOf(server)}`;
  const provider = createProvider(`${url}/zoom.us`, redirectUri);
  const grants = new Map<string, string[]>();
  const faults: TokenFault[] = [];
  let calls = 0;
  let failing = 0;
  provider.on('grant.success', ({ oidc }) => {
    const { accountId, grantId } = oidc.entities.RefreshToken ?? oidc.entities.AuthorizationCode ?? {};
    if (accountId !== undefined && grantId !== undefined) {
      grants.set(accountId, [...(grants.get(accountId) ?? []), grantId]);
    }
  });
  server.on('request', (request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.startsWith('/api.zoom.us/')) return answerApi(request, response);
    if (!path.startsWith('/zoom.us/')) {
      response.writeHead(404).end();
      return;
    }
    // Repeats the changes that a framework makes when it mounts the provider below a path.
    Object.assign(request, { originalUrl: path });
    request.url = path.slice('/zoom.us'.length);
    if (request.url.startsWith('/oauth/token')) {
      calls += 1;
      const fault = faults.shift();
      if (fault?.hang) return;
      if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
      if (fault?.lost) response.end = () => response.destroy();
    }
    await provider.callback()(request, response);
  }

  /** Responds with the person to whom a token belongs. The test of a connection makes only this call. */
  async function answerApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = await provider.AccessToken.find(request.headers.authorization?.replace('Bearer ', '') ?? '');
    response.setHeader('content-type', 'application/json');
    if (failing > 0) {
      failing -= 1;
      response.writeHead(503).end('{}');
      return;
    }
    if (token === undefined) {
      response.writeHead(401).end(JSON.stringify({ code: 124, message: 'Invalid access token.' }));
      return;
    }
    const email = token.accountId;
    const [, account = email] = email.split('@');
    response.end(JSON.stringify({ id: email, account_id: account, email, type: 2 }));
  }

  return {
    url,
    client,
    tokenCalls: () => calls,
    fail: (...next) => void faults.push(...next),
    failCalls(count) {
      failing = count;
    },
    async tokenCall(count) {
      while (calls < count) await sleep(5);
    },
    async giveRefreshToken(person) {
      const grant = new provider.Grant({ clientId: client.id, accountId: person });
      grant.addOIDCScope(scopes.join(' '));
      const grantId = await grant.save();
      grants.set(person, [...(grants.get(person) ?? []), grantId]);
      const found = await provider.Client.find(client.id);
      if (found === undefined) throw new Error('the provider has no client');
      const token = new provider.RefreshToken({
        ...{ client: found, accountId: person, grantId, scope: scopes.join(' '), gty: 'authorization_code' },
        ...{ authTime: Math.floor(Date.now() / 1_000), claims: {}, rotations: 0, iiat: Math.floor(Date.now() / 1_000) },
      });
      return token.save();
    },
    async endConsents(person) {
      for (const grantId of grants.get(person) ?? []) {
        await provider.RefreshToken.revokeByGrantId(grantId);
        await provider.AccessToken.revokeByGrantId(grantId);
      }
    },
    isLive: async (accessToken) => (await provider.AccessToken.find(accessToken)) !== undefined,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function createProvider(issuer: string, redirectUri: string): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes,
    routes: { authorization: '/oauth/authorize', token: '/oauth/token', revocation: '/oauth/revoke' },
    features: { revocation: { enabled: true }, devInteractions: { enabled: true } },
    cookies: { keys: ['test'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    findAccount: async (_ctx: unknown, sub: string) => ({ accountId: sub, claims: async () => ({ sub }) }),
    ttl: { AccessToken: 3_600, RefreshToken: 86_400, Grant: 86_400, Session: 3_600, Interaction: 3_600 },
  });
}
