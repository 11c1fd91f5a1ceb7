import { noRules, type SendingRules } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { normalEmail } from '../contact-keys.ts';
import { parseRules } from '../rules/stored-rules.ts';
import type { SendRequest } from '../send-request.ts';
import { type Frame, senderOfFrame, type VerifiedDomain } from '../senders/frame.ts';
import type { SenderIdentity } from '../senders/sender-identity.ts';
import type { Suppressing, SuppressionReason } from '../suppressions/find-suppression.ts';

/** The members of the context that decisions use. */
export type LedgerContext = Pick<Context, 'db' | 'dbNow' | 'config' | 'sealer'>;

/** All facts about sends that come from outside the ledger. */
export type Facts = {
  now: Date;
  rulesOf(send: SendRequest): SendingRules;
  /**
   * Returns the current frame of the organization's sender, which becomes the frame of each send that gets its place
   * now.
   */
  frameOf(send: SendRequest): Frame;
  senderOf(send: SendRequest, frame: Frame): SenderIdentity;
  suppressionsOf(send: SendRequest): readonly Suppressing[];
  /** Returns whether the plan limits how many mails the organization sends. */
  hasQuota(send: SendRequest): boolean;
};

type Organization = {
  id: string;
  rules: SendingRules | null;
  settings: Omit<Frame, 'domains'> | null;
  has_quota: boolean;
  domains: VerifiedDomain[] | null;
};
type Found = {
  organization_id: string;
  mode: string;
  email: string;
  category: string | null;
  reason: SuppressionReason;
};

/**
 * Reads suppressions, rules and senders in one statement. The contacts are locked, so every confirmed suppression is
 * seen. If no rule applies, the commit of the decisions does not wait for the disk, because the later commit of the
 * result makes both durable.
 */
export async function readFacts(
  ctx: LedgerContext,
  trx: Transaction<DB>,
  sends: readonly SendRequest[],
): Promise<Facts> {
  const asked = sends.flatMap((send) => [send.to, ...(send.also ?? [])].map((to) => ({ ...send, to })));
  const organizations = [...new Set(sends.map(({ organizationId }) => organizationId))];
  const { rows } = await sql<{ now: Date; organizations: string | null; suppressions: string | null }>`
    select ${ctx.dbNow} as now,
      case when not exists (select from sending_rules where organization_id = any(${organizations}::bigint[]))
        then set_config('synchronous_commit', 'off', true) end,
      (select json_agg(json_build_object('id', asked.id::text,
        'rules', (select rules from sending_rules where organization_id = asked.id),
        'has_quota', exists (select from usage_limits where organization_id = asked.id and meter = 'emails'),
        'settings', (
          select json_strip_nulls(json_build_object('from_name', from_name, 'from_email', from_email,
            'reply_to', reply_to, 'postal_address', postal_address))
          from senders where organization_id = asked.id),
        'domains', (
          select json_agg(json_build_object(
            'id', id, 'domain', domain, 'selector', selector, 'private_key', encode(private_key, 'base64')) order by id)
          from sending_domains where organization_id = asked.id and verified_at is not null)))
        from unnest(${organizations}::bigint[]) as asked (id)
      ) as organizations,
      (select json_agg(json_build_object(
          'organization_id', found.organization_id::text, 'mode', found.mode, 'email', found.email,
          'category', found.category, 'reason', found.reason))
        from unnest(
          ${asked.map((send) => send.organizationId)}::bigint[], ${asked.map((send) => send.mode)}::text[],
          ${asked.map(({ to }) => normalEmail(to))}::text[], ${asked.map(({ channel }) => channel)}::text[]
        ) as asked (organization_id, mode, email, channel)
        join suppressions as found using (organization_id, mode, email, channel)
      ) as suppressions`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no time');
  // The statement above built this JSON.
  const found = Map.groupBy(JSON.parse(row.suppressions ?? '[]') as Found[], (one) =>
    placeOf(one.organization_id, one.mode, one.email),
  );
  // The statement above built this JSON, too.
  const own = new Map((JSON.parse(row.organizations ?? '[]') as Organization[]).map((one) => [one.id, factsOf(one)]));
  return {
    now: row.now,
    rulesOf: ({ organizationId }) => own.get(String(organizationId))?.rules ?? noRules,
    frameOf: ({ organizationId }) => own.get(String(organizationId))?.frame ?? {},
    senderOf: ({ organizationId }, frame) =>
      senderOfFrame(frame, {
        domains: own.get(String(organizationId))?.domains ?? [],
        sealer: ctx.sealer,
        mayUseAny: ctx.config.anySender,
      }),
    hasQuota: ({ organizationId, mode }) => mode === 'live' && own.get(String(organizationId))?.hasQuota === true,
    suppressionsOf: ({ organizationId, mode, to }) =>
      found.get(placeOf(String(organizationId), mode, normalEmail(to))) ?? [],
  };
}

function placeOf(organizationId: string, mode: string, email: string): string {
  return `${organizationId}:${mode}:${email}`;
}

function factsOf({ rules, settings, domains, has_quota: hasQuota }: Organization) {
  const frame: Frame = { ...settings, ...(domains !== null && { domains: domains.map(({ id }) => id) }) };
  return {
    rules: rules === null ? noRules : parseRules(JSON.stringify(rules)),
    frame,
    domains: domains ?? [],
    hasQuota,
  };
}
