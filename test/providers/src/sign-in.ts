import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { portOf } from '@drippulse/servers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

/** The claims about a person that the provider makes. */
export type Person = Record<string, unknown>;

/** A change that forges the token response. */
export type Forgery = {
  /**
   * Claims that replace those of the ID token; `undefined` removes a claim. The provider's key signs the changed token.
   */
  claims?: Person;
  /** Whether the ID token is signed with a foreign key, or has no signature. */
  signature?: 'foreign' | 'none';
};

export type SignInProvider = {
  issuer: string;
  client: { id: string; secret: string };
  /** The people who can sign in, by the name that they type. This name is also the subject in their tokens. */
  people: Map<string, Person>;
  /** Forges the next token response. */
  forge(forgery: Forgery): void;
  /** Signs tokens with a new key from now on. The provider publishes the new key instead of the old one. */
  rotateKeys(): void;
  /** Paths of all requests so far. */
  asked: string[];
  stop(): Promise<void>;
};

const client = { id: 'drippulse-sign-in', secret: 'canary-sign-in-secret-58f3' };

/** Starts a provider of OpenID Connect, which replaces Google or the provider of an organization. */
export async function startSignInProvider({ redirectUris }: { redirectUris: string[] }): Promise<SignInProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${portOf(server)}`;
  const people = new Map<string, Person>();
  const [first, second, foreign] = await Promise.all([newKey('first'), newKey('second'), newKey('first')]);
  let current = first;
  const forgeries: Forgery[] = [];
  const asked: string[] = [];
  const provider = createProvider(issuer, { redirectUris, people, jwk: first.jwk });

  server.on('request', (request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace(/\?.*/, '');
    asked.push(path);
    if (path === '/jwks' && current !== first) {
      const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicPart } = current.jwk;
      response.setHeader('content-type', 'application/jwk-set+json');
      response.end(JSON.stringify({ keys: [publicPart] }));
      return;
    }
    // Removes Google's parameter for the choice of an account, because people always type a name here.
    if (path === '/auth') request.url = request.url?.replace('prompt=select_account&', '');
    if (path === '/token') await rewriteTokens(response);
    await provider.callback()(request, response);
  }

  /** Signs the ID token in the response as the test has requested. */
  async function rewriteTokens(response: ServerResponse): Promise<void> {
    const forgery = forgeries.shift();
    if (forgery === undefined && current === first) return;
    const end = response.end.bind(response);
    response.end = ((body: unknown) => {
      const tokens = JSON.parse(String(body));
      if (tokens.id_token === undefined) return end(String(body));
      void forged(tokens.id_token, forgery ?? {}).then((idToken) => {
        const text = JSON.stringify({ ...tokens, id_token: idToken });
        response.removeHeader('content-length');
        end(text);
      });
      return response;
    }) as ServerResponse['end'];
  }

  async function forged(token: string, { claims, signature }: Forgery): Promise<string> {
    const [, payload = ''] = token.split('.');
    const told: JWTPayload = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...claims };
    if (signature === 'none') {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${part({ alg: 'none', kid: current.jwk.kid })}.${part(told)}.`;
    }
    const { key, jwk } = signature === 'foreign' ? foreign : current;
    return new SignJWT(told).setProtectedHeader({ alg: 'RS256', kid: jwk.kid }).sign(key);
  }

  return {
    issuer,
    client,
    people,
    forge: (forgery) => void forgeries.push(forgery),
    rotateKeys() {
      current = second;
    },
    asked,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function newKey(kid: string) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { key: privateKey, jwk: { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' } };
}

function createProvider(
  issuer: string,
  { redirectUris, people, jwk }: { redirectUris: string[]; people: Map<string, Person>; jwk: object },
): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    jwks: { keys: [jwk] },
    // Puts all claims into the ID token, as Google and most other providers do.
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'hd', 'groups'], profile: ['name'] },
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['test'] },
    pkce: { required: () => true },
    findAccount: async (_ctx: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, ...people.get(sub) }),
    }),
    ttl: { AccessToken: 600, Grant: 600, Session: 600, Interaction: 600, IdToken: 600 },
  });
}
