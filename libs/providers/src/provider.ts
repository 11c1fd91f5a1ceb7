import type { ProviderAnswer, ProviderRequest } from './calls.ts';
import type { ProviderKey } from './names.ts';
import type { Verdict } from './outcomes.ts';

/** The values of a connection's credential fields, by field name. A field that is not given is absent. */
export type Credentials = Readonly<Record<string, string>>;

/** A credential field of a connection. */
export type CredentialField = {
  name: string;
  label: string;
  /** Whether the value is always masked. */
  isSecret: boolean;
  /** One sentence that explains where to find the value. */
  help: string;
  /** Pattern of valid values. Default: any string of 1 to 4,096 characters. */
  pattern?: RegExp;
};

/** A host that receives requests, including credentials. */
export type Host = {
  /**
   * Returns the URL to which paths are appended, without a trailing slash. It is usually the origin, `https://…`. If
   * the whole URL is a credential, such as that of an incoming webhook, it is that URL, and the requests have an empty
   * path. Returns undefined if the connection lacks a field that the URL needs. The URL is checked against `allowed` on
   * every request.
   */
  originOf(credentials: Credentials): string | undefined;
  /** Pattern of the host names that may receive credentials. Anchored. */
  allowed: RegExp;
};

/** The tokens in a response of a token endpoint. */
export type Tokens = {
  accessToken: string;
  /** Absent if the provider keeps the old refresh token. */
  refreshToken?: string;
  expiresInSeconds?: number;
  refreshExpiresInSeconds?: number;
  /** Granted scopes, if the response contains them. */
  scopes?: readonly string[];
  account?: Account;
  /** Other credentials in the same response, such as `instance_url`. */
  more?: Credentials;
};

/**
 * The customer's account at the provider. Limits are counted per account, and a reconnect must be to the same account.
 */
export type Account = { id: string; name: string | null };

/**
 * The way in which the provider issues tokens for an authorization code (RFC 6749), with its deviations from the RFC.
 */
export type OAuth = {
  authorizeUrl(credentials: Credentials): string | undefined;
  authorizeParams?: Readonly<Record<string, string>>;
  tokenUrl(credentials: Credentials): string | undefined;
  /** Returns the request that revokes the connection's tokens; undefined if the provider cannot revoke them. */
  revoke?(credentials: Credentials): { url: string; request: TokenRequest } | undefined;
  /** Host names for authorization, tokens and revocation. Anchored. A connection's own `token_url` must match too. */
  allowed: RegExp;
  usesPkce: boolean;
  scopeSeparator: ' ' | ',';
  /** Name of the parameter for scopes in the authorization URL. Default: `scope`. */
  scopeParameter?: string;
  /** Scopes that every connection requests. */
  baseScopes: readonly string[];
  /** Whether a refresh ends the old refresh token. If so, a lost response loses the connection. */
  rotates: boolean;
  /** Value of `iss` in the authorization response (RFC 9207); undefined if the provider sends none. */
  issuer?: string;
  /**
   * Lifetime of an access token if the response does not contain it. If null, the lifetime is unknown, so a token is
   * refreshed only after a refusal.
   */
  accessTokenSeconds: number | null;
  /** Days of disuse after which a connection loses its refresh token. A refresh happens after a third of these days. */
  idleDays?: number;
  /** Builds the request to the token endpoint, for a code or a refresh. */
  request(grant: Grant, client: { id: string; secret: string }): TokenRequest;
  /** Reads the tokens in a response, or interprets the response as a refusal. */
  read(answer: ProviderAnswer): { tokens: Tokens } | { verdict: Exclude<Verdict, { class: 'ok' | 'done' }> };
};

export type Grant =
  | { type: 'authorization_code'; code: string; redirectUri: string; verifier: string | undefined }
  | { type: 'refresh_token'; refreshToken: string };

/** A request to a token endpoint, without its URL. */
export type TokenRequest = {
  method: 'POST' | 'DELETE';
  headers: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: { form: Readonly<Record<string, string>> } | { json: Readonly<Record<string, string>> };
};

/** The results of a connection test. */
export type TestFindings = {
  account: Account | null;
  /** Granted scopes, if the provider reports them. */
  scopes?: readonly string[];
  checks: readonly { name: string; ok: boolean; detail: string }[];
};

/**
 * A rate limit for each account. The platform observes it across all its processes, so that the provider has no reason
 * to refuse calls.
 */
export type RateLimit = {
  /** Number of requests allowed within `seconds`. */
  points: number;
  seconds: number;
  /** Whether a request counts towards this limit. Default: every request counts. */
  counts?(request: ProviderRequest): boolean;
  /** Plural name of the counted requests. Default: requests. */
  of?: string;
};

/** The description of a provider. */
export type Provider = {
  key: ProviderKey;
  name: string;
  /** One sentence that describes what the provider is used for. */
  description: string;
  hosts: Readonly<Record<string, Host>>;
  credentials: readonly CredentialField[];
  /**
   * Alternative sets of required fields, such as a token, or a key and its secret. At least one set must be complete.
   */
  requires: readonly (readonly string[])[];
  oauth?: OAuth;
  /** Returns the headers that sign a request; null if the credentials lack a field that the request needs. */
  sign(credentials: Credentials, request: ProviderRequest): Readonly<Record<string, string>> | null;
  /** Interprets a response to a request. */
  judge(answer: ProviderAnswer, request: ProviderRequest): Verdict;
  /**
   * Tests a connection by at least one real call that proves that the credentials work. The test receives responses
   * that were `ok` or `done`, as an action does. Any other response ends the test with the verdict on that response.
   */
  test(credentials: Credentials): Generator<ProviderRequest, TestFindings, ProviderAnswer>;
  limits: readonly RateLimit[];
  /** Scopes that data sources need in addition to the scopes of the actions. */
  sourceScopes?: readonly string[];
  /** Returns for how many milliseconds the account accepts no more requests, from the headers of a response. */
  pauseAfter?(answer: ProviderAnswer): number | undefined;
  /**
   * Returns a warning about the credentials, such as a kind of token that will be discontinued, and the date on which
   * it ends.
   */
  warning?(credentials: Credentials): { message: string; endsAt: string | null } | undefined;
};
