import { expect, test } from '@jest/globals';
import { amountOf, costOf, type Rates } from '../pricing/amount.ts';
import { type CallOutcome, settlementOf } from './outcomes.ts';

const reserved = 1_000n;
const answered = (costPicoUsd: bigint | undefined, bytesBoundPicoUsd = 400n): CallOutcome => ({
  kind: 'answered',
  costPicoUsd,
  bytesBoundPicoUsd,
});

test.each<[string, CallOutcome, string, bigint]>([
  ['never sent', { kind: 'not_sent' }, 'released', 0n],
  ['400', { kind: 'status', status: 400 }, 'released', 0n],
  ['401', { kind: 'status', status: 401 }, 'released', 0n],
  ['402', { kind: 'status', status: 402 }, 'released', 0n],
  ['408', { kind: 'status', status: 408 }, 'assumed', reserved],
  ['429', { kind: 'status', status: 429 }, 'released', 0n],
  ['500', { kind: 'status', status: 500 }, 'released', 0n],
  ['502', { kind: 'status', status: 502 }, 'assumed', reserved],
  ['503', { kind: 'status', status: 503 }, 'released', 0n],
  ['504', { kind: 'status', status: 504 }, 'assumed', reserved],
  ['529', { kind: 'status', status: 529 }, 'released', 0n],
  ['a timeout, an abort, a lost connection or a dead process', { kind: 'unknown' }, 'assumed', reserved],
  ['an answer within what was reserved', answered(700n), 'settled', 700n],
  ['an answer beyond it', answered(4_000n), 'overrun', 4_000n],
  ['an answer without usage', answered(undefined), 'estimated', 400n],
  ['an answer without usage whose bytes are beyond it', answered(undefined, 9_000n), 'estimated', reserved],
])('%s is charged as the table says', (_case, outcome, state, chargePicoUsd) => {
  expect(settlementOf(outcome, reserved)).toEqual({ state, chargePicoUsd });
});

const rates: Rates = { input: 2n, cacheRead: 1n, cacheWrite: 3n, output: 10n, reasoning: undefined };

test('what is reserved has the dearest rate of each direction, and bounds the cost of every answer', () => {
  const amount = amountOf(rates, { bytes: 100, messages: 2, hasTools: true, maxOutputTokens: 50 });
  expect(amount).toBe((100n + 64n + 32n + 1_000n) * 3n + 50n * 10n);
  const usage = {
    inputTokens: 0n,
    cacheReadTokens: 0n,
    cacheWriteTokens: 100n,
    outputTokens: 20n,
    reasoningTokens: 30n,
  };
  expect(costOf(rates, usage)).toBeLessThanOrEqual(amount);
});

test('each kind of token is charged by its rate, to the pico', () => {
  const usage = {
    inputTokens: 5n,
    cacheReadTokens: 7n,
    cacheWriteTokens: 11n,
    outputTokens: 13n,
    reasoningTokens: 17n,
  };
  expect(costOf(rates, usage)).toBe(5n * 2n + 7n * 1n + 11n * 3n + 13n * 10n + 17n * 10n);
});
