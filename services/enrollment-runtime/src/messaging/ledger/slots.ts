import { type SendingRules, takeSlot } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { normalEmail } from '../contact-keys.ts';
import type { SendRequest } from '../send-request.ts';

/** Spreads sends over time. */
export type Slots = {
  /** Returns the time at which a send may leave, and reserves it. No other send gets this time. */
  take(send: SendRequest, now: number): number;
  /** Stores the times that were reserved. */
  store(trx: Transaction<DB>): Promise<void>;
};

type Slot = { organizationId: bigint; mode: string; domain: string; perMinute: number };

/**
 * Locks the times at which the next sends of organizations may leave, for the organizations that spread their sends.
 */
export async function lockSlots(
  trx: Transaction<DB>,
  sends: readonly SendRequest[],
  rulesOf: (send: SendRequest) => SendingRules,
): Promise<Slots> {
  const slotsOf = (send: SendRequest): Slot[] => {
    const { perMinute, perDomainPerMinute } = rulesOf(send).throughput;
    const { organizationId, mode, to } = send;
    const email = normalEmail(to);
    const domain = email.slice(email.lastIndexOf('@') + 1);
    return [
      ...(perMinute === null ? [] : [{ organizationId, mode, domain: '', perMinute }]),
      ...(perDomainPerMinute === null ? [] : [{ organizationId, mode, domain, perMinute: perDomainPerMinute }]),
    ];
  };
  const next = await lockNext(trx, sends.flatMap(slotsOf));
  const taken = new Map<string, Slot>();
  return {
    take(send, now) {
      const times = slotsOf(send).map((slot) => {
        const key = keyOf(slot);
        const { at, next: following } = takeSlot(next.get(key) ?? 0, slot.perMinute, now);
        next.set(key, following);
        taken.set(key, slot);
        return at;
      });
      return Math.max(now, ...times);
    },
    async store(trx) {
      if (taken.size === 0) return;
      const slots = [...taken.values()];
      await sql`
        update send_slots set next_at = taken.next_at
        from unnest(
          ${slots.map((slot) => slot.organizationId)}::bigint[], ${slots.map(({ mode }) => mode)}::text[],
          ${slots.map(({ domain }) => domain)}::text[],
          ${slots.map((slot) => new Date(next.get(keyOf(slot)) ?? 0))}::timestamptz[]
        ) as taken (organization_id, mode, domain, next_at)
        where send_slots.organization_id = taken.organization_id and send_slots.mode = taken.mode
          and send_slots.domain = taken.domain`.execute(trx);
    },
  };
}

/** Locks the slots in the order of their keys, so that two processes never wait for each other. */
async function lockNext(trx: Transaction<DB>, slots: readonly Slot[]): Promise<Map<string, number>> {
  if (slots.length === 0) return new Map();
  const byKey = new Map(slots.map((slot) => [keyOf(slot), slot]));
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, slot]) => slot);
  const { rows } = await sql<{ organization_id: bigint; mode: string; domain: string; next_at: Date }>`
    insert into send_slots (organization_id, mode, domain, next_at)
    select organization_id, mode, domain, 'epoch' from unnest(
      ${sorted.map((slot) => slot.organizationId)}::bigint[], ${sorted.map(({ mode }) => mode)}::text[],
      ${sorted.map(({ domain }) => domain)}::text[]) as asked (organization_id, mode, domain)
    on conflict (organization_id, mode, domain) do update set next_at = send_slots.next_at
    returning *`.execute(trx);
  return new Map(
    rows.map((row) => [keyOf({ organizationId: row.organization_id, ...row }), row.next_at.getTime()] as const),
  );
}

function keyOf({ organizationId, mode, domain }: Omit<Slot, 'perMinute'>): string {
  return `${organizationId}:${mode}:${domain}`;
}
