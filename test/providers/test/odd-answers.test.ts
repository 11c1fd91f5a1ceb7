import { ActionRefusal, actionsOf, type ProviderAnswer, providers, verdictClasses } from '@drippulse/providers';
import { describe, expect, test } from '@jest/globals';
import { place } from './run-example.ts';
import { seededRandom } from './seeded-random.ts';

const { random, seed } = seededRandom();
const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];

/**
 * Names that occur in responses. Odd values are put under these names, so that they reach the code that reads the
 * responses.
 */
const names =
  'ok error errors error_codes message code status reason id value result results data items meetings messages channel channels user ' +
  'response_metadata details contact calendars events updates records body innerError access_token scope team id_token __proto__';

function oddValue(depth = 0): ProviderAnswer['body'] {
  const kind = Math.floor(random() * (depth > 3 ? 6 : 8));
  if (kind === 6) return Array.from({ length: Math.floor(random() * 3) }, () => oddValue(depth + 1));
  if (kind === 7)
    return Object.fromEntries(Array.from({ length: 4 }, () => [pick(names.split(' ')), oddValue(depth + 1)]));
  return [null, true, '', 'a.b.c', -1, { rawJSON: '9007199254740993' }][kind] ?? null;
}

const oddHeaders = ['', '-1', '1e999', 'soon', '2026-13-45T99:00:00Z', 'Fri, 27 Nov 2026 07:00:00 GMT', '0'];

function oddAnswer(status?: number): ProviderAnswer {
  const headers = ['retry-after', 'date', 'x-ratelimit-reset', 'x-ratelimit-remaining', 'www-authenticate'];
  return {
    status:
      status ?? pick([200, 202, 204, 207, 300, 302, 304, 400, 401, 403, 404, 409, 410, 429, 500, 502, 503, 599]) ?? 200,
    headers: Object.fromEntries(headers.map((name) => [name, pick(oddHeaders) ?? ''])),
    body: oddValue(),
  };
}

describe.each(providers.map((provider) => ({ name: provider.key, provider })))('$name', ({ provider }) => {
  test('finds one meaning in an answer of any form', () => {
    for (let round = 0; round < 500; round += 1) {
      const answer = oddAnswer();
      const request = {
        host: pick(Object.keys(provider.hosts)) ?? '',
        method: pick(['GET', 'POST'] as const) ?? 'GET',
        path: '/',
      };
      const verdict = provider.judge(answer, request);
      expect({ seed, answer, known: verdictClasses.includes(verdict.class) }).toEqual({ seed, answer, known: true });
      const { code, message } = 'problem' in verdict ? verdict.problem : { code: 'none', message: 'none' };
      expect({ seed, answer, says: code !== '' && message !== '' }).toEqual({ seed, answer, says: true });
      if ('retryAfterMs' in verdict)
        expect({ seed, answer, wait: isPause(verdict.retryAfterMs) }).toEqual({ seed, answer, wait: true });
      expect({ seed, answer, pause: isPause(provider.pauseAfter?.(answer)) }).toEqual({ seed, answer, pause: true });
      const read = provider.oauth?.read(answer);
      expect(read === undefined || 'tokens' in read || 'verdict' in read).toBe(true);
    }
  });

  test('reads a success of any form, or refuses it as one', () => {
    for (const action of actionsOf(provider.key))
      for (let round = 0; round < 10; round += 1) {
        const calls = action.perform(
          action.input.parse(action.example),
          place(provider, { mayHaveHappened: round % 2 === 1 }),
        );
        try {
          let step = calls.next();
          for (let call = 0; call < 30 && step.done !== true; call += 1) step = calls.next(oddAnswer(200));
        } catch (error) {
          expect({ seed, action: action.name, error: error instanceof ActionRefusal ? undefined : error }).toEqual({
            seed,
            action: action.name,
            error: undefined,
          });
        }
      }
  });
});

/** Whether a pause is plausible. `Retry-After` may be several days. */
function isPause(ms: number | undefined): boolean {
  return ms === undefined || (ms >= 0 && ms < 12 * 86_400_000);
}
