import { eventFilterOf } from '@drippulse/engine';
import { type JsonObject, stringifyJson } from '@drippulse/json';
import { candidatesOf, conditionsOf, type Owner, type RouterConfig } from './config.ts';

/** A rule that was evaluated. */
export type TracedRule = { name: string; matched: boolean };

/** The outcome of routing. `rule` is the name of the matching rule; null for the default. */
export type Matched = {
  rule: string | null;
  decision: Pick<RouterConfig['default'], 'priority' | 'owner' | 'next_action' | 'sla_hours' | 'audit_note'>;
  trace: TracedRule[];
};

/** Facts about possible owners. */
export type People = {
  /** The possible owners who are members now. */
  members: ReadonlySet<number>;
  /** Number of open opportunities of each owner. */
  open: ReadonlyMap<number, number>;
};

/** Finds the first rule that matches. Does not evaluate the rules after it. */
export type Router = (data: JsonObject, now: Date) => Matched;

export function compileRouter({ rules, default: fallback }: RouterConfig): Router {
  const compiled = rules.map((rule) => ({ rule, filter: eventFilterOf(stringifyJson(conditionsOf(rule))) }));
  return (data, now) => {
    const trace: TracedRule[] = [];
    for (const { rule, filter } of compiled) {
      const { matches } = filter(data, { now, timezone: 'UTC' });
      trace.push({ name: rule.name, matched: matches });
      if (matches) return { rule: rule.name, decision: rule, trace };
    }
    return { rule: null, decision: fallback, trace };
  };
}

/** Whether the choice of the owner uses a turn. The transaction of the execution takes the turn. */
export function takesTurns(owner: Owner | undefined): boolean {
  return owner?.type === 'round_robin' || owner?.type === 'weighted';
}

/** Chooses the owner; null if no candidate is a member. Skips candidates who are not members. */
export function chooseOwner(owner: Owner | undefined, { members, open }: People, turn: bigint): number | null {
  if (owner === undefined) return null;
  const present = candidatesOf(owner).filter((id) => members.has(id));
  if (owner.type === 'least_open') {
    const loads = present.map((id) => ({ id, load: open.get(id) ?? 0 }));
    return (
      loads.reduce<{ id: number; load: number } | null>(
        (least, one) => (least === null || one.load < least.load ? one : least),
        null,
      )?.id ?? null
    );
  }
  if (owner.type !== 'weighted') return atTurn(present, turn);
  const places = owner.owners.flatMap(({ owner_id: id, weight }) =>
    Array.from({ length: members.has(id) ? weight : 0 }, () => id),
  );
  return atTurn(places, turn);
}

function atTurn(places: readonly number[], turn: bigint): number | null {
  return places.length === 0 ? null : (places[Number(turn % BigInt(places.length))] ?? null);
}
