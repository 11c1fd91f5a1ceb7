import { type Action, type ActionPlace, ActionRefusal, actionsOf, findProvider } from '@drippulse/providers';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, describe, expect, test } from '@jest/globals';
import { startStripeMock } from '../src/stripe-mock.ts';
import { moreExamples } from './more-examples.ts';
import { place, toFakeRequest } from './run-example.ts';

const stripe = findProvider('stripe');
if (stripe === undefined) throw new Error('There is no Stripe');
const mock = await startStripeMock();

const cases = actionsOf('stripe').flatMap((action) =>
  [action.example, ...(moreExamples[`stripe ${action.name}`] ?? [])].map((input) => ({
    name: action.name,
    action,
    input,
  })),
);

describe("Stripe's own description", () => {
  if ('unavailable' in mock) {
    notRun(mock);
    return;
  }
  const { url, stop } = mock;
  afterAll(stop);

  test.each(cases)('takes every request of $name', async ({ action, input }) => {
    const at = place(stripe);
    await takes(url, action, input, at);
    // When a day has passed, the action looks for the object that the first attempt made.
    const now = new Date(at.plannedAt.getTime() + 24 * 3_600_000);
    await takes(url, action, input, { ...at, mayHaveHappened: true, now });
  });

  test('refuses a parameter that is misspelt', async () => {
    const [request] = await takes(url, cases[0]?.action as Action, cases[0]?.input, place(stripe));
    const text = request?.text.replace('email=', 'emial=');
    expect((await ask(url, { ...request, text } as never)).status).toBe(400);
  });
});

/**
 * Sends the requests of an action, and expects stripe-mock to accept them. The action itself may refuse an example
 * response.
 */
async function takes(url: string, action: Action, input: unknown, at: ActionPlace) {
  const sent = [];
  const calls = action.perform(action.input.parse(input), at);
  for (let step = calls.next(); step.done !== true; ) {
    if (stripe === undefined) throw new Error('There is no Stripe');
    const request = toFakeRequest(stripe, step.value);
    sent.push(request);
    const response = await ask(url, request);
    const body = await response.json();
    expect([request.method, request.path, response.status, body]).toEqual([
      request.method,
      request.path,
      200,
      expect.anything(),
    ]);
    try {
      step = calls.next({ status: response.status, headers: {}, body: body as never });
    } catch (error) {
      if (error instanceof ActionRefusal) break;
      throw error;
    }
  }
  expect(sent.length).toBeGreaterThan(0);
  return sent;
}

function ask(url: string, { method, path, query, headers, text }: ReturnType<typeof toFakeRequest>): Promise<Response> {
  const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]));
  return fetch(`${url}${path}?${search}`, { method, headers, ...(text !== '' && { body: text }), redirect: 'manual' });
}
