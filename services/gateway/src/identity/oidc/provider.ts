import type { HttpClient } from '@drippulse/http';
import { HttpFailure } from '@drippulse/http';
import { LRUCache } from 'lru-cache';
import * as openid from 'openid-client';
import type { Attempt } from './attempt.ts';
import { type Claims, readClaims } from './claims.ts';
import { fetchBy } from './fetch-by.ts';

/** Our application at a provider. */
export type OidcClient = { issuer: string; id: string; secret: string; redirectUri: string };

/** A refusal that the person may read. `code` is for the administrator who configured the provider. */
export class OidcProblem extends Error {
  override readonly name = 'OidcProblem';
  readonly kind: 'refused' | 'unreachable';
  readonly code: string;

  constructor(kind: 'refused' | 'unreachable', code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.code = code;
  }
}

/** Signs people in with OpenID Connect providers. Every failure is an OidcProblem. */
export type Oidc = {
  /** Returns the address to which the browser is redirected. */
  authorizeUrl(client: OidcClient, attempt: Attempt, parameters?: Record<string, string>): Promise<URL>;
  /** Verifies the callback with which the browser returned. Returns the provider's claims about the person. */
  finish(client: OidcClient, attempt: Attempt, answer: URLSearchParams): Promise<Claims>;
};

const discoveredMs = 600_000;
const timeoutSeconds = 10;

export function createOidc({ http, allowHttp }: { http: HttpClient; allowHttp: boolean }): Oidc {
  const discovered = new LRUCache<string, openid.ServerMetadata>({ max: 500, ttl: discoveredMs });
  const send = fetchBy(http);

  /**
   * Loads the provider with our application. Keys are fetched each time, so that rotated keys are known immediately.
   */
  async function configurationOf(client: OidcClient): Promise<openid.Configuration> {
    const isInsecure = allowHttp && client.issuer.startsWith('http:');
    const metadata = discovered.get(client.issuer) ?? (await discover(client, isInsecure));
    const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const authenticate = methods.includes('client_secret_basic') ? openid.ClientSecretBasic : openid.ClientSecretPost;
    const own = new openid.Configuration({ ...metadata }, client.id, client.secret, authenticate(client.secret));
    own.timeout = timeoutSeconds;
    own[openid.customFetch] = send;
    // Makes openid-client verify the token's signature, although the token already comes over a verified connection.
    openid.enableNonRepudiationChecks(own);
    if (isInsecure) openid.allowInsecureRequests(own);
    return own;
  }

  async function discover(client: OidcClient, isInsecure: boolean): Promise<openid.ServerMetadata> {
    const found = await openid.discovery(new URL(client.issuer), client.id, client.secret, undefined, {
      timeout: timeoutSeconds,
      [openid.customFetch]: send,
      ...(isInsecure && { execute: [openid.allowInsecureRequests] }),
    });
    const metadata = { ...found.serverMetadata() };
    requireOwnIssuer(client, metadata);
    requireWebAddress(metadata.authorization_endpoint, isInsecure);
    discovered.set(client.issuer, metadata);
    return metadata;
  }

  return {
    authorizeUrl: (client, attempt, parameters = {}) =>
      orProblem(async () => {
        const challenge = await openid.calculatePKCECodeChallenge(attempt.verifier);
        return openid.buildAuthorizationUrl(await configurationOf(client), {
          ...parameters,
          response_type: 'code',
          redirect_uri: client.redirectUri,
          scope: 'openid email profile',
          state: attempt.state,
          nonce: attempt.nonce,
          code_challenge: challenge,
          code_challenge_method: 'S256',
        });
      }),

    finish: (client, attempt, answer) =>
      orProblem(async () => {
        const configuration = await configurationOf(client);
        const url = new URL(client.redirectUri);
        url.search = answer.toString();
        const tokens = await openid.authorizationCodeGrant(configuration, url, {
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          pkceCodeVerifier: attempt.verifier,
          idTokenExpected: true,
        });
        const idToken = tokens.claims();
        if (idToken === undefined) throw new OidcProblem('refused', 'no_id_token', 'The provider sent no ID token.');
        const hasUserInfo = configuration.serverMetadata().userinfo_endpoint !== undefined;
        const userInfo =
          idToken['email'] === undefined && hasUserInfo
            ? await openid.fetchUserInfo(configuration, tokens.access_token, idToken.sub)
            : undefined;
        const claims = readClaims(idToken, userInfo);
        if (claims === undefined) throw new OidcProblem('refused', 'bad_subject', 'The provider names nobody.');
        return claims;
      }),
  };
}

/**
 * Refuses a provider whose issuer is not the configured one. A multi-tenant provider names a pattern as its issuer, and
 * trusts every tenant. The operator of a tenant could claim to be anybody, so only the issuer of a single tenant is
 * accepted.
 */
function requireOwnIssuer({ issuer }: OidcClient, metadata: openid.ServerMetadata): void {
  if (URL.canParse(metadata.issuer) && new URL(metadata.issuer).href === new URL(issuer).href) return;
  throw new OidcProblem('refused', 'issuer_mismatch', 'The provider says that its issuer is another one.');
}

function requireWebAddress(address: string | undefined, isInsecure: boolean): void {
  const protocol = URL.canParse(address ?? '') ? new URL(address ?? '').protocol : '';
  if (protocol === 'https:' || (isInsecure && protocol === 'http:')) return;
  throw new OidcProblem('refused', 'no_authorization_endpoint', 'The provider names no address for signing in.');
}

async function orProblem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toProblem(error);
  }
}

/** Converts an error of openid-client. If the connection failed, the connection's error is among its causes. */
function toProblem(error: unknown): OidcProblem {
  if (error instanceof OidcProblem) return error;
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof HttpFailure) {
      return new OidcProblem('unreachable', at.code, `The provider cannot be reached: ${at.message}`, { cause: error });
    }
  }
  if (error instanceof openid.WWWAuthenticateChallengeError) {
    return new OidcProblem('refused', 'invalid_client', 'The provider does not know us.', { cause: error });
  }
  const words = error instanceof openid.AuthorizationResponseError || error instanceof openid.ResponseBodyError;
  const code = words ? error.error : codeOf(error);
  if (code === 'access_denied')
    return new OidcProblem('refused', code, 'The sign-in was not allowed.', { cause: error });
  return new OidcProblem('refused', code, 'The answer of the provider is not valid.', { cause: error });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code.toLowerCase() : 'unexpected_answer';
}
