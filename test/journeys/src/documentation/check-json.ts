import {
  type Api,
  checkExampleAgainstOpenApi,
  checkRequestAgainstOpenApi,
  checkSchema,
  isInOpenApi,
} from '@drippulse/harness';
import type { CodeBlock } from './code-blocks.ts';

/**
 * Checks a block of JSON by the words after `json`: `request POST /workflows`, `response GET /workflows/:id 404`,
 * `event workflow.failed` (a body of a webhook), or `step` (a step that is created and tested). A block without such
 * words is refused.
 */
export async function checkJson(
  { place, words: [kind, first = '', path = '', status = ''], code }: CodeBlock,
  api: Api,
) {
  const value = JSON.parse(code);
  const route = `/api/v1${path}`;
  if (kind === 'request' || kind === 'response') {
    if (!isInOpenApi(first, route)) throw new Error(`${place}: there is no route ${first} ${path}`);
  }
  if (kind === 'request') checkRequestAgainstOpenApi(first, route, value);
  else if (kind === 'response') checkExampleAgainstOpenApi(first, route, Number(status), value);
  else if (kind === 'event') await checkEvent(first, value, api);
  else if (kind === 'step') await checkStep(value, api);
  else throw new Error(`${place}: say how this JSON is checked`);
}

async function checkEvent(type: string, value: object, api: Api): Promise<void> {
  const { body } = await api.get('/api/v1/webhooks/catalog');
  const event = body.event_types.find((candidate: { type: string }) => candidate.type === type);
  if (event === undefined) throw new Error(`The catalog has no ${type}`);
  checkSchema(event.schema, value);
}

/** Checks that a workflow can be created with the step, and that a test run passes the step. */
async function checkStep(step: { type: string }, api: Api): Promise<void> {
  const steps = step.type === 'trigger' ? [step] : [{ type: 'trigger', name: 'Start' }, step];
  const created = await api.post('/api/v1/workflows', { name: `The step ${step.type}`, status: 'draft', steps });
  if (created.status !== 201) throw new Error(created.text);
  const event = { properties: { public_id: 'opp_4f1c9d7a2b8e6053c1d2e3f4' } };
  const tested = await api.post(`/api/v1/workflows/${created.body.id}/test`, {
    fixture_profile: 'demo',
    sample_data: { event },
  });
  if (tested.body.status !== 'completed') throw new Error(tested.text);
}
