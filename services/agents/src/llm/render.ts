import { type ModelRequest, modelOf, optionsOf } from './model.ts';
import type { ModelSource } from './source.ts';

/** Renders the body of a request. The body is stored, determines the price, and is sent on every attempt. */
export async function renderRequest(source: ModelSource, request: ModelRequest): Promise<string> {
  let body: string | undefined;
  const model = await modelOf(source, request.model, async (_url, init) => {
    body = typeof init?.body === 'string' ? init.body : undefined;
    throw new Rendered();
  });
  try {
    await model.doGenerate(optionsOf(request));
  } catch (error) {
    // If `body` is set, the request was rendered, and this error is only the `Rendered` that kept it from being sent.
    if (body === undefined) throw error;
  }
  if (body === undefined) throw new Error('the request of a model has no text');
  return body;
}

class Rendered extends Error {}
