import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import { type Action, crmAction, type Provider } from '@drippulse/providers';
import { z } from 'zod';
import type { Catalog } from '../context.ts';
import { type AskedEffect, effectKinds } from './effect.ts';
import { mailPayload } from './mail-payload.ts';

/** A planned effect: the action, its provider and its input. */
export type PlannedEffect = {
  provider: Provider;
  action: Action;
  payload: JsonObject;
  connectionKey: string;
  /** Whether the effect is repeated even if its outcome is unknown. */
  repeatsUnknown: boolean;
  /** Whether the effect is skipped rather than failed if no connection is usable. */
  isOptional: boolean;
};

const common = z.looseObject({
  integration_id: z.string(),
  connection_key: z.string().default('default'),
  on_unknown: z.enum(['fail', 'repeat']).default('fail'),
});

/** Reads the request of a step, as rendered and stored. Returns a sentence if the effect cannot be done. */
export function planEffect(
  catalog: Catalog,
  { kind: name, request: bytes }: AskedEffect,
): PlannedEffect | { refused: string } {
  const request = readObject(bytes);
  const kind = effectKinds.find((known) => known === name);
  const read = common.safeParse(request);
  if (kind === undefined) return { refused: `effects of kind ${name.slice(0, 64)} are not known here` };
  if (request === undefined || !read.success) return { refused: 'the request is not one of a step' };
  const { integration_id: integration, connection_key: connectionKey, on_unknown } = read.data;
  const provider = catalog.findProvider(integration);
  if (provider === undefined) return { refused: `there is no integration ${integration.slice(0, 64)}` };
  const chosen = choose(catalog, provider, kind, request);
  if ('refused' in chosen) return chosen;
  return { ...chosen, provider, connectionKey, repeatsUnknown: on_unknown === 'repeat', isOptional: kind === 'email' };
}

type Chosen = Pick<PlannedEffect, 'action' | 'payload'> | { refused: string };

function choose(catalog: Catalog, provider: Provider, kind: (typeof effectKinds)[number], request: JsonObject): Chosen {
  switch (kind) {
    case 'integration_action':
      return named(catalog, provider, String(request['action']), () => objectOf(request['payload']) ?? {});
    case 'alert':
      return alertOf(catalog, provider, request);
    case 'email':
      return named(catalog, provider, 'send_email', (action) => mailPayload(action, request));
    default:
      return provider.key === 'hubspot' || provider.key === 'salesforce'
        ? crmAction(provider.key, kind, request)
        : { refused: `${provider.name} is no CRM` };
  }
}

function named(catalog: Catalog, provider: Provider, name: string, payload: (action: Action) => JsonObject): Chosen {
  const action = catalog.findAction(provider.key, name);
  if (action === undefined) return { refused: `${provider.name} has no action ${name.slice(0, 100)}` };
  return { action, payload: payload(action) };
}

/** Builds an alert, which is a message to a channel. */
function alertOf(catalog: Catalog, provider: Provider, { channel, message }: JsonObject): Chosen {
  const text = String(message);
  const payload: JsonObject = typeof channel === 'string' ? { channel, message: text } : { message: text };
  return named(catalog, provider, 'post_alert', () => payload);
}

function readObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    return objectOf(parseJson(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
  return isObject ? (value as JsonObject) : undefined; // the value is a JSON object, neither an array nor a number
}
