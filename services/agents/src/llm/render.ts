import { type ModelRequest, modelOf, optionsOf } from './model.ts';
import type { ModelSource } from './source.ts';

/** The body that a request has at the provider: what is stored, what is paid for, and what every attempt sends. */
export async function renderRequest(source: ModelSource, request: ModelRequest): Promise<string> {
  let body: string | undefined;
  const model = await modelOf(source, request.model, async (_url, init) => {
    body = typeof init?.body === 'string' ? init.body : undefined;
    throw new Rendered();
  });
  try {
    await model.doGenerate(optionsOf(request));
  } catch (error) {
    // Whatever wraps it: with a body the request was rendered.
    if (body === undefined) throw error;
  }
  if (body === undefined) throw new Error('the request of a model has no text');
  return body;
}

class Rendered extends Error {}
