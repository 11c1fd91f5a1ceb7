import {
  ActionRefusal,
  actionsOf,
  findProvider,
  type Provider,
  type ProviderAnswer,
  providers,
  type Verdict,
  verdictClasses,
} from '@drippulse/providers';
import { describe, expect, test } from '@jest/globals';
import { type FakedKey, fakes } from '../src/index.ts';
import { recorded } from './recorded/index.ts';
import type { Recorded } from './recorded/table.ts';
import { judgeAnswer, place, start, toFakeRequest, toProviderAnswer } from './run-example.ts';

test('every provider with actions has recorded answers', () => {
  const missing = providers.filter(
    ({ key }) => actionsOf(key).length > 0 && !recorded.some(({ provider }) => provider === key),
  );
  expect(missing.map(({ key }) => key)).toEqual([]);
});

describe.each(recorded)('answers of $provider', ({ provider: key, answers, never }) => {
  const provider = findProvider(key);
  if (provider === undefined) throw new Error(`There is no provider ${key}`);

  test('are of all ten classes, or say why one never comes', () => {
    const named = new Set([...answers.map(({ means }) => means), ...Object.keys(never)]);
    expect(verdictClasses.filter((one) => !named.has(one))).toEqual([]);
    expect(answers.filter(({ means }) => Object.hasOwn(never, means))).toEqual([]);
  });

  test.each(answers)('$what ($to) is $means', (one) => {
    const verdict = verdictOf(provider, one);
    const problem = 'problem' in verdict ? verdict.problem : undefined;
    expect(verdict.class).toBe(one.means);
    if (one.code !== undefined) expect(problem?.code).toBe(one.code);
    if (one.field !== undefined) expect(problem?.field).toBe(one.field);
    if (one.retryAfterMs !== undefined) expect(verdict).toMatchObject({ retryAfterMs: one.retryAfterMs });
    if (problem !== undefined) expect(problem.message).toMatch(/\S.*\S/);
  });
});

function answerOf({ status, headers = {}, body = null }: Recorded): ProviderAnswer {
  return { status, headers, body: body as ProviderAnswer['body'] };
}

function verdictOf(provider: Provider, one: Recorded): Verdict {
  if (one.to === 'token') {
    const read = provider.oauth?.read(answerOf(one));
    if (read === undefined) throw new Error(`${provider.key} has no token endpoint`);
    return 'verdict' in read ? read.verdict : { class: 'ok' };
  }
  if (one.to === 'webhook') return provider.judge(answerOf(one), { host: 'webhook', method: 'POST', path: '' });
  return verdictOfAction(provider, one);
}

/**
 * Runs the action up to the request with the recorded response, and gives the action this response. The action may find
 * a refusal in it even if its status is a success.
 */
function verdictOfAction(provider: Provider, one: Recorded): Verdict {
  const action = actionsOf(provider.key).find(({ name }) => name === one.to);
  if (action === undefined) throw new Error(`${provider.key} has no action ${one.to}`);
  const running = start(fakes[provider.key as FakedKey]);
  const calls = action.perform(action.input.parse(action.example), place(provider));
  let step = calls.next();
  for (let call = 0; call < (one.call ?? 0) && step.done !== true; call += 1)
    step = calls.next(toProviderAnswer(running.answer(toFakeRequest(provider, step.value)).answer));
  if (step.done === true) throw new Error(`${one.to} has no request ${one.call}`);
  const verdict = judgeAnswer(provider, step.value, answerOf(one));
  if (verdict.class !== 'ok') return verdict;
  try {
    calls.next(answerOf(one));
    return verdict;
  } catch (error) {
    if (error instanceof ActionRefusal) return error.verdict;
    throw error;
  }
}
