import type { JsonValue } from '@drippulse/json';
import { z } from 'zod';
import type { ActionPlace } from '../actions.ts';
import type { ProviderRequest } from '../calls.ts';

/**
 * The API version of the requests. It is fixed here, because the account's default version could change without notice.
 */
const headers = { 'stripe-version': '2026-08-26.dahlia' };

type Query = NonNullable<ProviderRequest['query']>;

export function get(path: string, query?: Query): ProviderRequest {
  return { host: 'api', method: 'GET', path, query, headers };
}

/**
 * Builds a request that changes something. For a repeated key, Stripe repeats its first response. `part` distinguishes
 * the calls of one action.
 */
export function post(path: string, parameters: Parameters, { key }: ActionPlace, part?: string): ProviderRequest {
  const idempotencyKey = part === undefined ? key : `${key}:${part}`;
  return {
    host: 'api',
    method: 'POST',
    path,
    headers: { ...headers, 'idempotency-key': idempotencyKey },
    body: { form: formOf(parameters) },
  };
}

export function del(path: string, parameters: Parameters): ProviderRequest {
  return { host: 'api', method: 'DELETE', path, headers, body: { form: formOf(parameters) } };
}

export type Parameters = Readonly<Record<string, JsonValue | undefined>>;

/**
 * Converts parameters to a form with bracket names, such as `items[0][price]`. Undefined parameters are left out. Null
 * becomes an empty string, which clears the parameter.
 */
function formOf(parameters: Parameters): [string, string][] {
  return Object.entries(parameters).flatMap(([name, value]) => pairsOf(name, value));
}

function pairsOf(name: string, value: JsonValue | undefined): [string, string][] {
  if (value === undefined) return [];
  if (value === null) return [[name, '']];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, member]) => pairsOf(`${name}[${key}]`, member));
}

/** Builds the schema of an object id of one kind, such as `cus_…`. */
export const idOf = (prefix: string, help: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[A-Za-z0-9_]{1,250}$`), `is not an id of Stripe, which begins with ${prefix}_`)
    .describe(help);

/** Builds the schema of the id of a price or a coupon, which the customer may have chosen. */
export const anyId = (help: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,255}$/)
    .describe(help);

export const metadata = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .describe('Data of your own, by key: up to 45 texts of 500 characters.');

export const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/)
  .describe('Currency, such as eur.');

export const money = (help: string) =>
  z.int().min(1).describe(`${help} In the smallest unit of the currency: cents, or whole yen.`);
