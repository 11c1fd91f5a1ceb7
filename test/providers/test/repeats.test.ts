import { type Action, type ActionPlace, actionsOf, type Provider, providers } from '@drippulse/providers';
import { expect, test } from '@jest/globals';
import { type FakedKey, fakes } from '../src/index.ts';
import { type Answering, drive } from './drive.ts';
import { place, runAction, type SomeRunning, start } from './run-example.ts';

const repeatable = providers.flatMap((provider) =>
  actionsOf(provider.key)
    .filter(({ repeat }) => repeat !== 'none' && repeat !== 'read')
    .map((action) => ({ name: `${provider.key} ${action.name}`, provider, action })),
);

/**
 * Returns the effects, sorted by name. Every new fake assigns the same ids, so the names of two fakes can be compared.
 */
const effectsOf = (fake: SomeRunning) => [...fake.effects()].sort();

const startFor = ({ key }: Provider) => start(fakes[key as FakedKey]);

function cleanEffects(provider: Provider, action: Action) {
  const fake = startFor(provider);
  runAction(provider, { action, input: action.example }, fake);
  return effectsOf(fake);
}

class Lost extends Error {}

/** Runs the example until the response to request `count` is lost. Returns false if the example has fewer requests. */
function loseAnswer(provider: Provider, action: Action, fake: SomeRunning, count: number): boolean {
  let left = count;
  const losing: Answering = {
    answer(request) {
      const ending = fake.answer(request);
      left -= 1;
      if (left === 0) throw new Lost();
      return ending;
    },
  };
  try {
    drive(provider.key, action.perform(action.input.parse(action.example), place(provider)), losing);
  } catch (error) {
    if (error instanceof Lost) return true;
    throw error;
  }
  return false;
}

test.each(repeatable)(
  '$name happens once when the answer to any of its requests is lost and it is repeated',
  ({ provider, action }) => {
    const clean = cleanEffects(provider, action);
    const at = place(provider, { mayHaveHappened: true });
    let count = 1;
    for (; ; count++) {
      const fake = startFor(provider);
      if (!loseAnswer(provider, action, fake, count)) break;
      runAction(provider, { action, input: action.example, at }, fake);
      expect(effectsOf(fake)).toEqual(clean);
    }
    expect(count).toBeGreaterThan(1);
  },
);

/** Number of hours after which a provider has forgotten an idempotency key. */
const forgotten: Readonly<Record<string, number>> = { stripe: 24, zendesk: 2 };

test.each(repeatable.filter(({ provider, action }) => provider.key in forgotten && action.repeat === 'key'))(
  '$name happens once, or asks a person, when the provider has forgotten its key',
  ({ provider, action }) => {
    const clean = cleanEffects(provider, action);
    const planned = place(provider).plannedAt.getTime();
    const now = new Date(planned + (forgotten[provider.key] ?? 0) * 3_600_000);
    for (let count = 1; ; count++) {
      const fake = startFor(provider);
      if (!loseAnswer(provider, action, fake, count)) break;
      (fake.state as { keys: Map<string, unknown> }).keys.clear();
      if (isRepeated(provider, action, place(provider, { mayHaveHappened: true, now }), fake))
        expect(effectsOf(fake)).toEqual(clean);
      else for (const effect of fake.effects()) expect(clean).toContainEqual(effect);
    }
  },
);

/** Whether the repeated action succeeded. Returns false if its outcome is unknown. */
function isRepeated(provider: Provider, action: Action, at: ActionPlace, fake: SomeRunning): boolean {
  try {
    runAction(provider, { action, input: action.example, at }, fake);
    return true;
  } catch (error) {
    if (error instanceof Error && 'verdict' in error && (error.verdict as { class: string }).class === 'unknown')
      return false;
    throw error;
  }
}
