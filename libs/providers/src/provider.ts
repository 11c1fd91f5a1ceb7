import type { ProviderAnswer, ProviderRequest } from './calls.ts';
import type { ProviderKey } from './names.ts';
import type { Verdict } from './outcomes.ts';

/** The texts of a connection's credentials, by the field names of its provider. Absent if not given. */
export type Credentials = Readonly<Record<string, string>>;

/** A credential field of a connection. */
export type CredentialField = {
  name: string;
  label: string;
  /** Whether it is always masked. */
  isSecret: boolean;
  /** One sentence that says where to find it. */
  help: string;
  /** Pattern of valid values. Default: any text of 1 to 4,096 characters. */
  pattern?: RegExp;
};

/** A host that receives requests, including credentials. */
export type Host = {
  /**
   * The address to which paths are appended, without a trailing slash. It is the origin, `https://…`, or a whole
   * address that is itself a credential, such as that of an incoming webhook, whose requests have an empty path.
   * Undefined if the connection lacks a field of the address. It is checked against `allowed` on every request.
   */
  originOf(credentials: Credentials): string | undefined;
  /** Host names that may receive credentials. Anchored. */
  allowed: RegExp;
};

/** The tokens in an answer of a token endpoint. */
export type Tokens = {
  accessToken: string;
  /** Absent if the provider keeps the old one. */
  refreshToken?: string;
  expiresInSeconds?: number;
  refreshExpiresInSeconds?: number;
  /** Granted scopes, if the answer contains them. */
  scopes?: readonly string[];
  account?: Account;
  /** Other credentials that came with the tokens, such as `instance_url`. */
  more?: Credentials;
};

/** The customer's account at the provider. Limits count by account, and a reconnect must be to the same account. */
export type Account = { id: string; name: string | null };

/** The provider's way of issuing tokens for an authorization code (RFC 6749), with its deviations. */
export type OAuth = {
  authorizeUrl(credentials: Credentials): string | undefined;
  authorizeParams?: Readonly<Record<string, string>>;
  tokenUrl(credentials: Credentials): string | undefined;
  /** The request that revokes the connection's tokens; undefined if there is none. */
  revoke?(credentials: Credentials): { url: string; request: TokenRequest } | undefined;
  /** Host names of authorization, token and revocation URLs. Anchored. A `token_url` of a connection must match too. */
  allowed: RegExp;
  usesPkce: boolean;
  scopeSeparator: ' ' | ',';
  /** The parameter for scopes in the authorization URL. Default: `scope`. */
  scopeParameter?: string;
  /** Scopes that every connection requests. */
  baseScopes: readonly string[];
  /** Whether a refresh ends the old refresh token, so that a lost answer loses the connection. */
  rotates: boolean;
  /** The value of `iss` in the answer to the authorization (RFC 9207); undefined if the provider sends none. */
  issuer?: string;
  /**
   * Lifetime of an access token if the answer does not contain it. Null: the end is unknown, so the token is refreshed
   * when it is refused.
   */
  accessTokenSeconds: number | null;
  /** Days of disuse after which a connection loses its refresh token. It is refreshed after a third of them. */
  idleDays?: number;
  /** Builds the request to the token endpoint, for a code or a refresh. Client id and secret are in `client`. */
  request(grant: Grant, client: { id: string; secret: string }): TokenRequest;
  /** Reads the tokens of an answer, or interprets it as a refusal. */
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

/** The findings of a connection's test. */
export type TestFindings = {
  account: Account | null;
  /** Granted scopes, if the provider reports them. */
  scopes?: readonly string[];
  checks: readonly { name: string; ok: boolean; detail: string }[];
};

/** A rate that the platform keeps for an account, over all processes, before the provider has to refuse. */
export type RateLimit = {
  /** Requests within `seconds`. */
  points: number;
  seconds: number;
  /** Whether a request counts. Default: all count. */
  counts?(request: ProviderRequest): boolean;
  /** Plural name of the counted requests. Default: requests. */
  of?: string;
};

/** The facts of a provider. */
export type Provider = {
  key: ProviderKey;
  name: string;
  /** One sentence on the use of the provider. */
  description: string;
  hosts: Readonly<Record<string, Host>>;
  credentials: readonly CredentialField[];
  /** Sets of fields, such as a token, or a key and its secret. At least one set must be complete. */
  requires: readonly (readonly string[])[];
  oauth?: OAuth;
  /** Returns the headers that sign a request; null if the credentials lack a part that it needs. */
  sign(credentials: Credentials, request: ProviderRequest): Readonly<Record<string, string>> | null;
  /** Interprets an answer to a request. */
  judge(answer: ProviderAnswer, request: ProviderRequest): Verdict;
  /**
   * The test of a connection: at least one real call that proves something. Like an action, it receives answers that
   * were `ok` or `done`. Any other answer ends the test with its verdict.
   */
  test(credentials: Credentials): Generator<ProviderRequest, TestFindings, ProviderAnswer>;
  limits: readonly RateLimit[];
  /** Scopes that data sources need in addition to those of the actions. */
  sourceScopes?: readonly string[];
  /**
   * Returns the milliseconds for which the account accepts no more requests, from the headers of an answer that was not
   * itself a refusal.
   */
  pauseAfter?(answer: ProviderAnswer): number | undefined;
  /** A near date for connections with such credentials, such as the end of a kind of token. */
  warning?(credentials: Credentials): { message: string; endsAt: string | null } | undefined;
};
