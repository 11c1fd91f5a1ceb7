import { type Asked, type Failure, startFakeProviders } from '@drippulse/fake-providers';
import type { MadeThing } from './history.ts';
import { channels, type ProviderStep } from './integrations.ts';
import { chanceOf } from './random.ts';

/** The providers of integrations, which sometimes fail. */
export type Providers = {
  url: string;
  /** Returns the objects that are at the providers now. */
  made(): MadeThing[];
  /** Returns the requests that a real provider would refuse because of their form. */
  refusals(): string[];
  stop(): Promise<void>;
};

const keys = ['stripe', 'hubspot', 'zoom', 'slack'] as const;
/** Failures in which the provider either does nothing, or does the work but its response is lost. */
const failures: readonly { share: number; failure: Failure }[] = [
  { share: 0.04, failure: { status: 503 } },
  { share: 0.02, failure: { status: 429, headers: { 'retry-after': '1' } } },
  { share: 0.03, failure: { reset: true } },
  { share: 0.05, failure: { reset: true, happens: true } },
  { share: 0.08, failure: { delayMs: 400 } },
];

/** Starts the providers. The response to a request depends on the seed and the number of requests to its provider. */
export async function startProviders(seed: number): Promise<Providers> {
  const fakes = await startFakeProviders();
  for (const key of keys) {
    for (const [index, { share, failure }] of failures.entries()) {
      const when = (asked: Asked) => chanceOf(seed, `${key} ${index} ${asked.index}`) < share;
      fakes.provider(key).fail({ ...failure, when, times: Number.POSITIVE_INFINITY });
    }
  }
  const slack = fakes.provider('slack').state;
  for (const name of channels) slack.addChannel(name);

  /** Determines the objects that were made from the state of the providers, independently of the keys of requests. */
  function made(): MadeThing[] {
    const things = (step: ProviderStep, refs: readonly unknown[]) => refs.map((ref) => ({ step, ref: String(ref) }));
    const texts = slack.messages.map(({ text }) => text.split(' '));
    return [
      ...things(
        'create_customer',
        fakes.provider('stripe').state.items.map(({ name }) => name),
      ),
      ...things(
        'upsert_contact',
        fakes.provider('hubspot').state.records.map(({ properties }) => properties['firstname']),
      ),
      ...things(
        'create_meeting',
        fakes.provider('zoom').state.meetings.map(({ topic }) => topic),
      ),
      ...texts.map(([step = '', ref = '']) => ({ step, ref })),
    ];
  }

  return { url: fakes.url, made, refusals: () => fakes.refusals(), stop: () => fakes.stop() };
}
