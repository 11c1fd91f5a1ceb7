import { type Action, actionsOf, providers } from '@drippulse/providers';
import { describe, expect, test } from '@jest/globals';
import { findOperation } from '../src/descriptions/find-operation.ts';
import { descriptionOf, type FakedKey, type FakeRequest, fakes } from '../src/index.ts';
import { misspellings } from './misspell.ts';
import { freeNames, moreExamples } from './more-examples.ts';
import { place, Refused, readOutput, runAction, start } from './run-example.ts';
import { seededRandom } from './seeded-random.ts';

const actions = providers.flatMap((provider) =>
  actionsOf(provider.key).map((action) => ({ name: `${provider.key} ${action.name}`, provider, action })),
);

const { random, seed } = seededRandom();

test('every provider with actions has a fake', () => {
  expect(
    providers.filter(({ key }) => actionsOf(key).length > 0 && !Object.hasOwn(fakes, key)).map(({ key }) => key),
  ).toEqual([]);
});

describe.each(actions.filter(({ provider }) => Object.hasOwn(fakes, provider.key)))(
  '$name',
  ({ name, provider, action }) => {
    const fake = fakes[provider.key as FakedKey];
    const inputs: unknown[] = [action.example, ...(moreExamples[name] ?? [])];

    test('has examples of every field', () => {
      const shown = new Set(inputs.flatMap((input) => Object.keys(input as object)));
      expect(Object.keys(action.input.shape).filter((field) => !shown.has(field))).toEqual([]);
    });

    test('sends what the description asks for, and reads what it answers', () => {
      for (const input of inputs) {
        const { output } = runAction(provider, { action, input }, start(fake));
        expect(() => readOutput(action, output)).not.toThrow();
      }
    });

    test('refuses an input with a misspelt or a missing field', () => {
      for (const input of inputs as Record<string, unknown>[])
        for (const field of Object.keys(input)) {
          const { [field]: value, ...rest } = input;
          expect([field, action.input.safeParse({ ...rest, [`${field}x`]: value }).success]).toEqual([field, false]);
          const isRequired = action.input.shape[field]?.safeParse(undefined).success === false;
          expect([field, action.input.safeParse(rest).success]).toEqual([field, !isRequired]);
        }
    });

    test('cannot misspell a name without being refused', () => {
      const unnoticed = inputs.flatMap((input) => unnoticedOf(input)).filter((at) => !isFree(at));
      expect({ seed, unnoticed: [...new Set(unnoticed)] }).toEqual({ seed, unnoticed: [] });
    });

    /**
     * Runs the action once for each name in its requests, each time with this name misspelled. Returns the places of
     * the names whose misspelling was accepted.
     */
    function unnoticedOf(input: unknown): string[] {
      const { sent } = runAction(provider, { action, input }, start(fake));
      return sent.flatMap((request, index) =>
        misspellings(request, literalsOf(request), random)
          .filter((one) => isAccepted(action, input, (original, at) => (at === index ? one.request : original)))
          .map(({ at }) => at),
      );
    }

    function isAccepted(
      action: Action,
      input: unknown,
      change: (request: FakeRequest, index: number) => FakeRequest,
    ): boolean {
      try {
        readOutput(action, runAction(provider, { action, input }, start(fake), change).output);
        return true;
      } catch (error) {
        if (error instanceof Refused || (error instanceof Error && /^(ActionRefusal|ZodError)$/.test(error.name)))
          return false;
        throw error;
      }
    }

    /** Returns the segments of the request's path that are not parameters. */
    function literalsOf(request: FakeRequest): string[] {
      const found = findOperation(descriptionOf(provider.key), request);
      return (found?.operation.name.split(' ')[1] ?? '')
        .split('/')
        .filter((segment) => segment !== '' && !segment.includes('{'));
    }

    function isFree(at: string): boolean {
      return freeNames.some(([key, pattern]) => key === provider.key && pattern.test(at));
    }

    if (action.repeat === 'none') return;
    test(`happens once, however often it is repeated (${action.repeat})`, () => {
      for (const input of inputs) {
        const running = start(fake);
        runAction(provider, { action, input }, running);
        const effects = [...running.effects()];
        const again = runAction(provider, { action, input, at: place(provider, { mayHaveHappened: true }) }, running);
        expect(() => readOutput(action, again.output)).not.toThrow();
        expect([...running.effects()]).toEqual(effects);
        if (action.repeat === 'read') expect(effects).toEqual([]);
      }
    });
  },
);
