import type { Violation } from '@drippulse/errors';
import type { JsonObject, JsonValue } from '@drippulse/json';
import { z } from 'zod';
import { conditionProblems, violationsOf } from '../scoring/config.ts';

const ownerId = z.int().min(1);
const owner = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('fixed'), owner_id: ownerId }),
  z.looseObject({ type: z.literal('round_robin'), owner_ids: z.array(ownerId).min(1).max(20) }),
  z.looseObject({
    type: z.literal('weighted'),
    owners: z
      .array(z.looseObject({ owner_id: ownerId, weight: z.int().min(1).max(100) }))
      .min(1)
      .max(20),
  }),
  z.looseObject({ type: z.literal('least_open'), owner_ids: z.array(ownerId).min(1).max(20) }),
]);

const decision = {
  priority: z.string().min(1).max(64).default('normal'),
  owner: owner.optional(),
  next_action: z.string().min(1).max(255).default('review'),
  sla_hours: z.number().min(0).max(8_760).optional(),
  audit_note: z.string().max(1_000).default(''),
};

const rule = z.looseObject({
  name: z.string().min(1).max(100),
  match: z.enum(['all', 'any']).default('all'),
  conditions: z
    .array(z.looseObject({ field: z.string().min(1).max(255), operator: z.string() }))
    .min(1)
    .max(100),
  ...decision,
});

const routerShape = z.looseObject({
  rules: z.array(rule).max(100).default([]),
  default: z.looseObject(decision).prefault({}),
});

export type RouterConfig = z.output<typeof routerShape>;
export type RouterRule = RouterConfig['rules'][number];
export type Owner = z.output<typeof owner>;

/** Reads the rules of a router, or returns their violations. `path` is the member of the request that contains them. */
export function readRouter(
  configuration: JsonObject,
  path: string,
): { config: RouterConfig } | { violations: Violation[] } {
  const read = routerShape.safeParse(JSON.parse(JSON.stringify(configuration)));
  if (!read.success) return { violations: violationsOf(read.error, path) };
  const { rules } = read.data;
  const names = rules.map(({ name }) => name);
  const violations = rules.flatMap((one, index): Violation[] => [
    ...(names.indexOf(one.name) < index
      ? [{ field: `${path}.rules.${index}.name`, message: 'is the name of another rule', code: 'duplicate' as const }]
      : []),
    ...conditionProblems(conditionsOf(one), `${path}.rules.${index}`),
  ]);
  return violations.length > 0 ? { violations } : { config: read.data };
}

/** Converts the conditions of a rule to the form of the engine. */
export function conditionsOf({ match, conditions }: RouterRule): JsonObject {
  return { match, conditions: conditions as JsonValue }; // the conditions were parsed from JSON
}

/** Returns all owners that the rules may choose. */
export function ownersOf({ rules, default: fallback }: RouterConfig): number[] {
  return [...new Set([...rules, fallback].flatMap(({ owner: one }) => (one === undefined ? [] : candidatesOf(one))))];
}

export function candidatesOf(one: Owner): number[] {
  if (one.type === 'fixed') return [one.owner_id];
  if (one.type === 'weighted') return one.owners.map(({ owner_id: id }) => id);
  return one.owner_ids;
}
