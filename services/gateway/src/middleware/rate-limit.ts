import { DomainError } from '@drippulse/errors';
import type { Authenticated, RateDecision, RateLimit, RequestFacts } from '../transcoder/ports.ts';
import { type Limiter, type LimiterStore, spend } from './limiters.ts';

/** One limit, and how it is told to the caller. */
type Policy = { name: string; limiter: Limiter; description: string };

/** An organization may do five times what one of its credentials may. */
const organizationFactor = 5;

/**
 * Counts requests: by credential, then by organization; without a credential by address. The class
 * `reports` counts on top of that, `login` and `lead_forms` by address alone. An organization is charged only for what its credential was allowed, so that one key
 * in a loop does not use up the others' share.
 */
export function createRateLimit(store: LimiterStore, limits: { perMinute: number; burst: number }): RateLimit {
  const credential = burstyPolicy(store, 'credential', limits.perMinute, limits.burst);
  const organization = burstyPolicy(
    store,
    'organization',
    limits.perMinute * organizationFactor,
    limits.burst * organizationFactor,
  );
  const address = burstyPolicy(store, 'address', limits.perMinute, limits.burst);
  const login = fixedPolicy(store, 'login', 100, 60);
  const reports = fixedPolicy(store, 'reports', 10, 60);
  const leadForms = fixedPolicy(store, 'lead_forms', 20, 60);

  function applying(
    limitClass: string,
    authenticated: Authenticated | undefined,
    { clientAddress }: RequestFacts,
  ): [Policy, string][] {
    if (limitClass === 'login') return [[login, clientAddress]];
    if (limitClass === 'lead_forms') return [[leadForms, clientAddress]];
    if (!authenticated) return [[address, clientAddress]];
    const general: [Policy, string][] = [
      [credential, authenticated.limitKey],
      [organization, String(authenticated.caller.organizationId)],
    ];
    return limitClass === 'reports' ? [...general, [reports, String(authenticated.caller.organizationId)]] : general;
  }

  return async (limitClass, authenticated, request) => {
    const policies = applying(limitClass, authenticated, request);
    const policyHeader = policies.map(([policy]) => policy.description).join(', ');
    const states: string[] = [];
    for (const [policy, key] of policies) {
      const { isRefused, remaining, secondsLeft } = await spend(policy.limiter, key);
      states.push(`"${policy.name}";r=${remaining};t=${secondsLeft}`);
      if (isRefused) return { headers: rateHeaders(policyHeader, states), refusal: refusal(secondsLeft) };
    }
    return { headers: rateHeaders(policyHeader, states) };
  };
}

/** The steady rate counts in the shortest window that holds a whole number of requests. */
function burstyPolicy(store: LimiterStore, name: string, perMinute: number, burst: number): Policy {
  const windowSeconds = 60 / greatestCommonDivisor(perMinute, 60);
  const quota = (perMinute * windowSeconds) / 60;
  const limiter = store.bursty(name, { points: quota, seconds: windowSeconds, burst });
  return { name, limiter, description: describe({ name, quota, windowSeconds, burst }) };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function fixedPolicy(store: LimiterStore, name: string, quota: number, windowSeconds: number): Policy {
  const limiter = store.fixed(name, { points: quota, seconds: windowSeconds });
  return { name, limiter, description: describe({ name, quota, windowSeconds }) };
}

/** `quota` in each window, and what may go beyond it: as in draft-ietf-httpapi-ratelimit-headers, `burst` of our own. */
function describe(told: { name: string; quota: number; windowSeconds: number; burst?: number }): string {
  const { name, quota, windowSeconds, burst } = told;
  return `"${name}";q=${quota};w=${windowSeconds}${burst === undefined ? '' : `;burst=${burst}`}`;
}

function rateHeaders(policy: string, states: string[]): RateDecision['headers'] {
  return { 'RateLimit-Policy': policy, RateLimit: states.join(', ') };
}

function refusal(retryAfterSeconds: number): DomainError {
  return new DomainError('resource_exhausted', 'rate_limited', 'Too many requests: slow down and try again.', {
    retryAfterSeconds,
  });
}
