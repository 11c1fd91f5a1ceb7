import { getOption } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { enumNames } from '@drippulse/json';
import {
  type LimitClass,
  LimitClassSchema,
  LimitKey,
  limit as limitOption,
} from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { type Limiter, type LimiterStore, spend } from '@drippulse/service';
import type { Authenticated, RateDecision, RateLimit, RequestFacts } from '../transcoder/ports.ts';

/** One limit, and its description for the `RateLimit-Policy` header. */
type Policy = { name: string; limiter: Limiter; description: string };

/** Policy of a limit class, and whether it counts per organization or per address. */
type ClassPolicy = { policy: Policy; per: LimitKey };

/** Rate of an organization, as a multiple of the rate of one of its credentials. */
const organizationFactor = 5;

/**
 * Creates the rate limits. A request counts against its credential, then against the organization. Without a credential
 * it counts against its address. A limit class that counts by organization applies in addition to these limits; a class
 * that counts by address replaces them. An organization is charged only for requests that its credential was allowed,
 * so that one key in a loop does not use up the share of the other keys.
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
  const classes = classPolicies(store);

  function applying(
    limitClass: LimitClass,
    authenticated: Authenticated | undefined,
    { clientNetwork }: RequestFacts,
  ): [Policy, string][] {
    const ofClass = classes.get(limitClass);
    if (ofClass?.per === LimitKey.ADDRESS) return [[ofClass.policy, clientNetwork]];
    if (!authenticated) return [[address, clientNetwork]];
    const organizationKey = String(authenticated.caller.organizationId);
    const general: [Policy, string][] = [
      [credential, authenticated.limitKey],
      [organization, organizationKey],
    ];
    return ofClass === undefined ? general : [...general, [ofClass.policy, organizationKey]];
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

/** Returns the policies of the limit classes in the protos. */
function classPolicies(store: LimiterStore): Map<number, ClassPolicy> {
  const names = enumNames(LimitClassSchema);
  const classes = new Map<number, ClassPolicy>();
  for (const value of LimitClassSchema.values) {
    const name = names.get(value.number);
    if (name === undefined) continue; // the value for a class that is not set
    const { requests, windowSeconds, per } = getOption(value, limitOption);
    if (requests < 1 || windowSeconds < 1 || per === LimitKey.UNSPECIFIED) {
      throw new Error(`${value.name} needs a limit with requests, window_seconds and per`);
    }
    classes.set(value.number, { policy: fixedPolicy(store, name, requests, windowSeconds), per });
  }
  return classes;
}

/**
 * Creates a policy with a burst. The window is the shortest one in which the steady rate is a whole number of requests.
 */
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

/**
 * Returns the header text of a policy: `quota` per window as in draft-ietf-httpapi-ratelimit-headers, and a `burst`
 * parameter of our own.
 */
function describe(policy: { name: string; quota: number; windowSeconds: number; burst?: number }): string {
  const { name, quota, windowSeconds, burst } = policy;
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
