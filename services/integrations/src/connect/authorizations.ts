import { openEnvelope, type Sealer, sealEnvelope } from '@drippulse/db';
import type { Credentials } from '@drippulse/providers';
import { type Selectable, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Authorizations, DB } from '../db/schema.ts';
import { lifeSeconds } from './cookies.ts';
import { hashOf, isSame, randomText, stateOf } from './secrets.ts';

export type Authorization = Selectable<Authorizations>;

const stored = z.object({ verifier: z.string(), fields: z.record(z.string(), z.string()) });

/** The secrets of a consent: the PKCE verifier, and the credential fields that are not tokens. */
export type ConsentSecrets = { verifier: string; fields: Credentials };

/** Returns the context that binds the secrets of a consent to their row. */
export function contextOf({ organizationId, id }: { organizationId: bigint; id: bigint }): string {
  return `organization ${organizationId} authorization ${id}`;
}

/** Stores the start of a consent. Returns the consent's ticket. Only the hash of the ticket is stored. */
export async function addAuthorization(
  ctx: Pick<Context, 'sealer'>,
  trx: Transaction<DB>,
  o: {
    organizationId: bigint;
    actor: { type: string; id: string };
    provider: string;
    externalKey: string;
    scopes: readonly string[];
    returnTo: string;
    fields: Credentials;
  },
): Promise<{ ticket: string; state: string; expiresAt: Date }> {
  const ticket = randomText();
  const state = stateOf(ticket);
  const { rows } = await sql<{ id: bigint; now: Date }>`
    select nextval('authorizations_id_seq') as id, clock_timestamp() as now`.execute(trx);
  const { id = 0n, now = new Date() } = rows[0] ?? {};
  const secrets = Buffer.from(JSON.stringify({ verifier: randomText(), fields: o.fields }));
  const { box, dataKey } = sealEnvelope(ctx.sealer, secrets, contextOf({ organizationId: o.organizationId, id }));
  const expiresAt = new Date(now.getTime() + lifeSeconds * 1_000);
  await trx
    .insertInto('authorizations')
    .values({
      id,
      organization_id: o.organizationId,
      actor_type: o.actor.type,
      actor_id: o.actor.id,
      provider: o.provider,
      external_key: o.externalKey,
      scopes: [...o.scopes],
      return_to: o.returnTo,
      ticket_hash: hashOf(ticket),
      state_hash: hashOf(state),
      secrets: box,
      data_key: dataKey,
      created_at: now,
      expires_at: expiresAt,
    })
    .execute();
  return { ticket, state, expiresAt };
}

/** Uses up the ticket of a consent. Only the first browser that opens the ticket may finish the consent. */
export async function startAuthorization(
  ctx: Context,
  ticket: string,
  browser: string,
): Promise<Authorization | undefined> {
  const { rows } = await sql<Authorization>`
    update authorizations set browser_hash = ${hashOf(browser)}
    where ticket_hash = ${hashOf(ticket)} and browser_hash is null and expires_at > clock_timestamp()
    returning *`.execute(ctx.db.kysely);
  return rows[0];
}

/**
 * Uses up the state of a consent, even if the wrong browser sends it, because a state that a second browser has seen
 * must become invalid. Returns the consent if the browser that started it sends the state in time, and otherwise
 * undefined.
 */
export async function finishAuthorization(
  ctx: Context,
  state: string,
  browser: string | undefined,
): Promise<Authorization | undefined> {
  const { rows } = await sql<Authorization & { is_late: boolean }>`
    update authorizations set used_at = clock_timestamp()
    where state_hash = ${hashOf(state)} and used_at is null
    returning *, expires_at <= clock_timestamp() as is_late`.execute(ctx.db.kysely);
  const [row] = rows;
  return row !== undefined && !row.is_late && isSame(browser, row.browser_hash) ? row : undefined;
}

export function openSecrets(sealer: Sealer, row: Authorization): ConsentSecrets {
  const place = contextOf({ organizationId: row.organization_id, id: row.id });
  return stored.parse(JSON.parse(openEnvelope(sealer, { box: row.secrets, dataKey: row.data_key }, place).toString()));
}
