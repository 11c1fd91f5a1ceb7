import { DomainError } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';
import type { Context } from '../context.ts';
import { objectOf, storedObject } from '../json-objects.ts';
import { findOverruns, modelOverrun } from '../ledger/overruns.ts';
import type { Llm } from '../llm/llm.ts';
import type { ModelRequest } from '../llm/model.ts';
import { renderRequest } from '../llm/render.ts';
import type { Bounds } from '../policies/bounds.ts';
import { amountOf } from '../pricing/amount.ts';
import type { Price } from '../pricing/price.ts';
import { dearestOf, priceOf } from '../pricing/prices.ts';
import { withNulls } from '../schemas/validate.ts';
import type { CallPlace } from '../tools/check-call.ts';
import { offeredTools } from '../tools/offer.ts';
import { promptOf } from './prompt.ts';
import type { ModelStep } from './step.ts';

/** A model call whose cost can now be reserved, with its request body and its maximum cost. */
export type Prepared = {
  /** Access to the account that the call uses. The body is in the account's protocol. */
  llm: Llm;
  request: ModelRequest;
  body: string;
  price: Price;
  amountPicoUsd: bigint;
};

/** The data from which a call is built. */
export type Asking = {
  organizationId: bigint;
  prompt: string;
  configuration: JsonObject;
  outputSchema: string | null;
  input: string;
  steps: readonly ModelStep[];
  bounds: Bounds;
  /** The policies and the enrollment, which determine the tools that the model gets. */
  place: Pick<CallPlace, 'policies' | 'hasEnrollment'>;
};

/** Returns the models that may be called, in order of preference. */
export function modelsOf({ source }: Llm, { models }: Pick<Bounds, 'models'>): string[] {
  const named = models.map((model) => model ?? source.model);
  if (named[0] === undefined) {
    throw new DomainError('unavailable', 'llm_not_configured', 'Neither the policy nor LLM_MODEL names a model.');
  }
  return named.flatMap((model) => (model === undefined ? [] : [model]));
}

/** Prepares a model call. Refuses a model without a price, and a model with an unacknowledged overrun. */
export async function prepareCall(ctx: Context, llm: Llm, asking: Asking, model: string): Promise<Prepared> {
  const { source, prices } = llm;
  const price = await priceOf(prices, source, { model, at: ctx.clock.now() });
  if (price === undefined) {
    throw new DomainError('failed_precondition', 'model_price_unknown', priceUnknown(llm, model));
  }
  const overruns = await findOverruns(ctx.db.kysely, asking.organizationId);
  if (overruns.some((one) => one.model === model)) throw modelOverrun(model);
  const request: ModelRequest = {
    model,
    prompt: promptOf(asking),
    maxOutputTokens: asking.bounds.maxOutputTokens,
    schema: asking.outputSchema === null ? undefined : schemaOf(asking.outputSchema),
    tools: offeredTools(asking.place).map((tool) => ({ type: 'function' as const, ...tool })),
  };
  const body = await renderRequest(source, request);
  const { prompt, tools, maxOutputTokens } = request;
  const call = { bytes: Buffer.byteLength(body), messages: prompt.length, hasTools: tools.length > 0, maxOutputTokens };
  return { llm, request, body, price, amountPicoUsd: amountOf(dearestOf(price), call) };
}

/** Returns a message that says that the price of a model is unknown, and who can set it. */
export function priceUnknown({ source: { owner } }: Llm, model: string): string {
  const how =
    owner === 'organization'
      ? 'An administrator sets it in `prices` of the model connection'
      : 'The operator sets it by LLM_PRICES';
  return `Nobody knows the price of ${model}. ${how}; 0 is a price.`;
}

/** Returns the schema that providers read, without `nullable`, which only this service supports. */
function schemaOf(text: string): object {
  return objectOf(withNulls(storedObject(text))) ?? {};
}
