import type { ProviderAnswer, ProviderRequest } from './calls.ts';
import type { ProviderKey } from './names.ts';
import type { Verdict } from './outcomes.ts';

/** The texts of a connection's credentials, by the names of its provider. A part that was not given is absent. */
export type Credentials = Readonly<Record<string, string>>;

/** A credential field of a connection. */
export type CredentialField = {
  name: string;
  label: string;
  /** Whether it is never shown whole. */
  isSecret: boolean;
  /** One sentence: where to find it. */
  help: string;
  /** What is valid; default any text of 1 to 4,096 characters. */
  pattern?: RegExp;
};

/** A host that requests go to, credentials included. */
export type Host = {
  /**
   * What paths are appended to, without a slash at the end: the origin, `https://…`, or a whole address that is a
   * credential itself, as that of an incoming webhook, with requests whose path is empty. Undefined where the
   * connection lacks what names it. It is checked against `allowed` on every request.
   */
  originOf(credentials: Credentials): string | undefined;
  /** Host names that credentials may go to. Anchored. */
  allowed: RegExp;
};

/** The tokens in an answer of a token endpoint. */
export type Tokens = {
  accessToken: string;
  /** Absent where the provider keeps the old one. */
  refreshToken?: string;
  expiresInSeconds?: number;
  refreshExpiresInSeconds?: number;
  /** Granted scopes, where the answer says them. */
  scopes?: readonly string[];
  account?: Account;
  /** Further credentials that came with the tokens, such as `instance_url`. */
  more?: Credentials;
};

/** The customer's account at the provider: limits are counted by it, and a reconnect must be to the same one. */
export type Account = { id: string; name: string | null };

/** How a provider gives tokens by an authorization code (RFC 6749), and where it departs from it. */
export type OAuth = {
  authorizeUrl(credentials: Credentials): string | undefined;
  authorizeParams?: Readonly<Record<string, string>>;
  tokenUrl(credentials: Credentials): string | undefined;
  /** The request that revokes the connection's tokens; undefined where there is none. */
  revoke?(credentials: Credentials): { url: string; request: TokenRequest } | undefined;
  /** Host names of authorization, token and revocation URLs. Anchored. A `token_url` of a connection must match too. */
  allowed: RegExp;
  usesPkce: boolean;
  scopeSeparator: ' ' | ',';
  /** The parameter of the authorization URL that has the scopes. Default: `scope`. */
  scopeParameter?: string;
  /** Scopes that every connection asks for. */
  baseScopes: readonly string[];
  /** Whether a refresh ends the old refresh token, so that a lost answer loses the connection. */
  rotates: boolean;
  /** Whether the answer to the authorization has `iss` (RFC 9207), and which. */
  issuer?: string;
  /**
   * Lifetime of an access token where the answer does not say it; null: it ends without notice, and is refreshed when
   * refused.
   */
  accessTokenSeconds: number | null;
  /** A connection that is not used for so long loses its refresh token, so it is refreshed at a third of it. */
  idleDays?: number;
  /** The request to the token endpoint, for a code or a refresh. Client id and secret are in `client`. */
  request(grant: Grant, client: { id: string; secret: string }): TokenRequest;
  /** The tokens of an answer, or what it means. */
  read(answer: ProviderAnswer): { tokens: Tokens } | { verdict: Exclude<Verdict, { class: 'ok' | 'done' }> };
};

export type Grant =
  | { type: 'authorization_code'; code: string; redirectUri: string; verifier: string | undefined }
  | { type: 'refresh_token'; refreshToken: string };

/** A request to a token endpoint, beside its URL. */
export type TokenRequest = {
  method: 'POST' | 'DELETE';
  headers: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  body?: { form: Readonly<Record<string, string>> } | { json: Readonly<Record<string, string>> };
};

/** What the test of a connection found. */
export type TestFindings = {
  account: Account | null;
  /** Granted scopes, where the provider tells. */
  scopes?: readonly string[];
  checks: readonly { name: string; ok: boolean; detail: string }[];
};

/** The rates that we keep for an account, for all processes, before the provider has to refuse. */
export type RateLimit = {
  /** Requests within `seconds`. */
  points: number;
  seconds: number;
  /** The requests that it counts. Default: all. */
  counts?(request: ProviderRequest): boolean;
  /** What those are, in the plural. Default: requests. */
  of?: string;
};

/** The facts of a provider. */
export type Provider = {
  key: ProviderKey;
  name: string;
  /** One sentence: what it is used for. */
  description: string;
  hosts: Readonly<Record<string, Host>>;
  credentials: readonly CredentialField[];
  /** Sets of fields of which one must be there whole, such as a token, or a key and its secret. */
  requires: readonly (readonly string[])[];
  oauth?: OAuth;
  /** The headers that sign a request; null where the credentials lack what it needs. */
  sign(credentials: Credentials, request: ProviderRequest): Readonly<Record<string, string>> | null;
  /** What an answer to a request means. */
  judge(answer: ProviderAnswer, request: ProviderRequest): Verdict;
  /**
   * The test of a connection: at least one real call, which proves something. As an action, it gets answers that were
   * `ok` or `done`; another one ends the test, with what it means.
   */
  test(credentials: Credentials): Generator<ProviderRequest, TestFindings, ProviderAnswer>;
  limits: readonly RateLimit[];
  /** Scopes that data sources need beside those of the actions. */
  sourceScopes?: readonly string[];
  /**
   * Milliseconds for which the account takes no more requests, as the headers of an answer say that was no refusal
   * itself.
   */
  pauseAfter?(answer: ProviderAnswer): number | undefined;
  /** A date that is near for connections with such credentials, such as the end of a kind of token. */
  warning?(credentials: Credentials): { message: string; endsAt: string | null } | undefined;
};
