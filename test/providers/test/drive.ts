import {
  findProvider,
  type ProviderAnswer,
  type ProviderKey,
  type ProviderRequest,
  type Verdict,
} from '@drippulse/providers';
import type { FakeRequest } from '../src/index.ts';
import { judgeAnswer, type SomeRunning, toFakeRequest, toProviderAnswer } from './run-example.ts';

/** The end of a generator of requests: either the generator's result, or the verdict that ended the generator. */
export type Ended<T> = { result: T } | { verdict: Verdict };

/** A fake, or a wrapper around one, that responds to requests. */
export type Answering = { answer(request: FakeRequest): ReturnType<SomeRunning['answer']> };

/**
 * Sends the requests of a generator as the executor does. A response with a verdict other than `ok` and `done` ends the
 * generator.
 */
export function drive<T>(
  key: ProviderKey,
  calls: Generator<ProviderRequest, T, ProviderAnswer>,
  fake: Answering,
): Ended<T> {
  const provider = findProvider(key);
  if (provider === undefined) throw new Error(`There is no provider ${key}`);
  for (let next = calls.next(); ; ) {
    if (next.done) return { result: next.value };
    const answer = toProviderAnswer(fake.answer(toFakeRequest(provider, next.value)).answer);
    const verdict = judgeAnswer(provider, next.value, answer);
    if ('problem' in verdict) return { verdict };
    next = calls.next(answer);
  }
}
