import { fuzzTimeoutMs, hostileJson, hostileValues, inRounds, type Random } from '@drippulse/testing/hostile';
import { describe, expect, test } from '@jest/globals';
import { accessTests, endsSession, oneOfEachKind } from '../src/access.ts';
import { fill, type Route, routes } from '../src/routes.ts';

const { hostile } = accessTests(oneOfEachKind);

describe('hostile input', () => {
  const withBody = routes.filter((route) => route.body !== undefined && !endsSession(route));

  test(
    'no body makes a route fail',
    () =>
      inRounds(async (random) => {
        for (const route of withBody) {
          const path = fill(route.template, () => 987_654_321);
          const { name, text } = hostileBody(random, route);
          const { status, body } = await hostile().request(route.method, path, text);
          // The platform of this test has no Stripe.
          if (status === 503 && body?.error === 'billing_not_configured') continue;
          if (status >= 500) throw new Error(`${route.method} ${path} with ${name} answered ${status}`);
        }
        expect((await hostile().get('/api/v1/admin/verify')).status).toBe(200);
      }),
    fuzzTimeoutMs,
  );
});

/** Makes a malformed body, or a body with a malformed or hostile member. */
function hostileBody(random: Random, route: Route): { name: string; text: string } {
  const size = random.pick([100, 2_000, 30_000]);
  const member = route.fields.length === 0 ? 'a' : random.pick(route.fields);
  const broken = random.pick(hostileJson);
  const value = random.pick(hostileValues(random));
  return random.pick([
    { name: broken.name, text: broken.make(size) },
    { name: `${member}: ${broken.name}`, text: `{"${member}":${broken.make(size)}}` },
    { name: `${member}: ${value.name}`, text: JSON.stringify({ ...route.body, [member]: value.make(size) }) },
  ]);
}
