import { DomainError } from '@drippulse/errors';
import type { Credentials, Provider, TestFindings, Tokens } from '@drippulse/providers';
import { withTokens } from '../connections/credential-columns.ts';
import { type Refusal, wordsOf } from '../connections/problems.ts';
import type { Context } from '../context.ts';
import { askTokens } from '../oauth/ask-tokens.ts';
import { testCredentials } from './test-credentials.ts';

/** The result of testing credentials before they are stored. */
export type Tried = {
  credentials: Credentials;
  tokens?: Tokens;
  findings?: TestFindings;
  /** The reason why the provider could not judge the credentials. It is stored with them as their last error. */
  doubt?: Refusal;
};

/** Classes of verdicts after which credentials are not stored. */
const refusing: ReadonlySet<Refusal['class']> = new Set(['credentials', 'permission', 'permanent']);

/**
 * Tests credentials that are to be stored, and refuses those that the provider refuses. If the access token is missing
 * or has expired, gets a new one with the refresh token. The answer may contain a new refresh token, which then belongs
 * to the returned credentials. No other process can refresh the credentials at the same time, because they are new or
 * their connection is disabled.
 */
export async function tryCredentials(
  ctx: Context,
  by: { provider: Provider; credentials: Credentials },
): Promise<Tried> {
  const { provider, credentials } = by;
  const refreshToken = provider.oauth && credentials['refresh_token'];
  if (refreshToken === undefined || credentials['access_token'] !== undefined) {
    const tested = await testCredentials(ctx, by);
    if (!('verdict' in tested)) return accepted(by, tested.findings);
    if (refreshToken === undefined || tested.verdict.class !== 'credentials') return doubted(by, tested.verdict);
  }
  const asked = await askTokens(ctx, by, { type: 'refresh_token', refreshToken });
  if ('verdict' in asked) return doubted(by, asked.verdict);
  const { tokens } = asked;
  const anew = { provider, credentials: withTokens(credentials, tokens) };
  const tested = await testCredentials(ctx, anew);
  return { ...('verdict' in tested ? doubted(anew, tested.verdict) : accepted(anew, tested.findings)), tokens };
}

function accepted(
  { provider, credentials }: { provider: Provider; credentials: Credentials },
  findings: TestFindings,
): Tried {
  // Credentials whose account could not be found are useless. If only a scope is missing, the actions that do not need
  // the scope still work.
  const failing = findings.account === null ? findings.checks.find(({ ok }) => !ok) : undefined;
  if (failing !== undefined) throw refused(provider, { code: failing.name, message: failing.detail });
  return { credentials, findings };
}

function doubted({ provider, credentials }: { provider: Provider; credentials: Credentials }, verdict: Refusal): Tried {
  if (refusing.has(verdict.class)) throw refused(provider, verdict.problem);
  return { credentials, doubt: verdict };
}

function refused({ name }: Provider, problem: { code: string; message: string }): DomainError {
  return new DomainError('invalid', 'connection_refused', `${name} refuses the connection: ${wordsOf(problem)}`);
}
