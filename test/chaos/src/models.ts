import { type Reply, startModelProvider } from '@drippulse/fake-providers/models';
import type { AskedModel } from './history.ts';
import { chanceOf } from './random.ts';

/** The model provider, with its bill in pico-USD. */
export type Models = {
  url: string;
  asked: AskedModel[];
  /** Returns the bodies that a real provider would refuse. */
  refused(): string[];
  bill(): bigint;
  stop(): Promise<void>;
};

const text = JSON.stringify({ class: 'other', confidence: 0.5, summary: 'A reply.' });

/**
 * Starts the provider. Its response to a request depends on the seed and on the number of requests about the person.
 */
export async function startModels(seed: number): Promise<Models> {
  const provider = await startModelProvider();
  const asked: AskedModel[] = [];
  provider.answer(({ body }) => {
    const ref = /Reply of ([\w-]+)/.exec(body)?.[1] ?? '';
    const times = asked.filter((one) => one.ref === ref).length;
    asked.push({ ref, at: Date.now() });
    return replyTo(chanceOf(seed, `model ${ref} ${times}`));
  });
  return {
    ...{ url: provider.url, asked, bill: provider.bill, stop: provider.stop },
    refused: () => provider.requests.filter(({ model }) => model === 'INVALID').map(({ body }) => body),
  };
}

function replyTo(chance: number): Reply {
  if (chance < 0.04) return { text, hangUp: true };
  if (chance < 0.07) return { status: 503 };
  if (chance < 0.09) return { text, usage: null };
  return { text, delayMs: Math.round(chance * 600) };
}
