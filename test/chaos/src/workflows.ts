import { readSteps, type Step } from '@drippulse/engine';
import { createRandom, type Random } from './random.ts';

/** A workflow under test, with its steps in the form in which the runtime gets them. */
export type ChaosWorkflow = {
  id: bigint;
  organizationId: bigint;
  steps: readonly Step[];
  goals?: readonly object[];
  reEntry?: object;
};

type Draft = { id: string; type: string; config: object };
type Block = (random: Random, id: string, url: string) => Draft;

const workflowsOfEach = 3;
const organizations = [11n, 12n, 13n] as const;

/**
 * Makes workflows of several organizations, with waits, branches and callbacks. The seed decides the order of the
 * steps.
 */
export function makeWorkflows(seed: number, receiverUrl: string): ChaosWorkflow[] {
  const random = createRandom(seed, 'workflows');
  return organizations.flatMap((organizationId) =>
    Array.from({ length: workflowsOfEach }, (_, index) => {
      const id = organizationId * 10n + BigInt(index);
      return { id, organizationId, steps: makeSteps(random, `${receiverUrl}/${organizationId}/${id}`) };
    }),
  );
}

/** Makes every kind of step at least once. Jumps only lead forward, so every run ends. */
function makeSteps(random: Random, url: string): Step[] {
  const blocks = random.shuffle([callback, callback, wait, wait, log, condition, split]);
  const drafts = blocks.map((block, index) => block(random, `s${index}`, url));
  const all = [log(random, 'first', url), ...drafts, callback(random, 'last', url), end(random, 'finish', url)];
  for (const [index, draft] of all.entries()) {
    const ahead = all.slice(index + 1).map((step) => step.id);
    if (draft.type === 'condition') Object.assign(draft.config, { on_false: random.pick(ahead) });
    if (draft.type === 'split') {
      const [a, b] = [random.pick(ahead), 'next'];
      Object.assign(draft.config, {
        variants: [
          { name: 'A', weight: 1, go_to: a },
          { name: 'B', weight: 1, go_to: b },
        ],
      });
    }
  }
  const { steps, problems } = readSteps(JSON.stringify(all), { active: true, makeId: () => 'unused' });
  if (problems.length > 0) throw new Error(`the chaos workflow is refused: ${JSON.stringify(problems)}`);
  return steps;
}

const log: Block = (_, id) => ({ id, type: 'log', config: { message: 'at {{ lead_ref }}' } });
const wait: Block = (random, id) => ({
  id,
  type: 'wait',
  config: { duration: random.between(1, 2), unit: 'seconds' },
});
const condition: Block = (random, id) => ({
  id,
  type: 'condition',
  config: {
    conditions: [{ field: 'n', operator: 'greater_or_equal', value: random.between(20, 80) }],
    on_true: 'next',
  },
});
const split: Block = (_, id) => ({ id, type: 'split', config: {} });
const end: Block = (_, id) => ({ id, type: 'end', config: { status: 'completed' } });
const callback: Block = (random, id, url) => ({
  id,
  type: 'webhook_callback',
  config: {
    url: `${url}/${id}`,
    payload: { org: '{{ org }}', ref: '{{ lead_ref }}', n: '{{ n }}' },
    timeout_seconds: 5,
    on_error: random.pick(['continue', 'fail']),
    retry: { max_attempts: 6, backoff_seconds: 1 },
  },
});
