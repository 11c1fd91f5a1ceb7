import { noRules, type SendingRules } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { normalEmail } from '../contact-keys.ts';
import { parseRules } from '../rules/stored-rules.ts';
import type { SendRequest } from '../send-request.ts';
import { openPrivateKey } from '../senders/private-keys.ts';
import { type Dkim, noSettings, type SenderIdentity, type SenderSettings } from '../senders/sender-identity.ts';
import type { Suppressing, SuppressionReason } from '../suppressions/find-suppression.ts';

/** The members of the context that decisions are made with. */
export type LedgerContext = Pick<Context, 'db' | 'dbNow' | 'config' | 'sealer'>;

/** All that is known about sends beside the ledger. */
export type Facts = {
  now: Date;
  rulesOf(send: SendRequest): SendingRules;
  senderOf(send: SendRequest): SenderIdentity;
  suppressionsOf(send: SendRequest): readonly Suppressing[];
  /** Whether the plan limits how many mails the organization sends. */
  hasQuota(send: SendRequest): boolean;
};

type Organization = {
  id: string;
  rules: SendingRules | null;
  sender: {
    from_name: string | null;
    from_email: string | null;
    reply_to: string | null;
    postal_address: string | null;
  } | null;
  has_quota: boolean;
  domains: { id: number; domain: string; selector: string; private_key: string }[] | null;
};
type Found = {
  organization_id: string;
  mode: string;
  email: string;
  category: string | null;
  reason: SuppressionReason;
};

/**
 * Reads suppressions, rules and senders in one statement. The contacts are locked, so a suppression that was answered is seen.
 * Where no rule counts, the commit does not wait for the disk: the commit of the result, which comes later, does so for both.
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
        'sender', (select row_to_json(senders) from senders where organization_id = asked.id),
        'domains', (
          select json_agg(json_build_object(
            'id', id, 'domain', domain, 'selector', selector, 'private_key', encode(private_key, 'base64')))
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
  // The statement built both.
  const found = Map.groupBy(JSON.parse(row.suppressions ?? '[]') as Found[], (one) =>
    placeOf(one.organization_id, one.mode, one.email),
  );
  const own = new Map(
    (JSON.parse(row.organizations ?? '[]') as Organization[]).map((one) => [
      one.id,
      { ...factsOf(ctx, one), hasQuota: one.has_quota },
    ]),
  );
  return {
    now: row.now,
    rulesOf: ({ organizationId }) => own.get(String(organizationId))?.rules ?? noRules,
    senderOf: ({ organizationId }) => own.get(String(organizationId))?.sender ?? noSender(ctx),
    hasQuota: ({ organizationId, mode }) => mode === 'live' && own.get(String(organizationId))?.hasQuota === true,
    suppressionsOf: ({ organizationId, mode, to }) =>
      found.get(placeOf(String(organizationId), mode, normalEmail(to))) ?? [],
  };
}

function placeOf(organizationId: string, mode: string, email: string): string {
  return `${organizationId}:${mode}:${email}`;
}

function factsOf(
  ctx: LedgerContext,
  { rules, sender, domains }: Organization,
): { rules: SendingRules; sender: SenderIdentity } {
  const settings: SenderSettings =
    sender === null
      ? noSettings
      : {
          fromName: sender.from_name,
          fromEmail: sender.from_email,
          replyTo: sender.reply_to,
          postalAddress: sender.postal_address,
        };
  const byName = new Map((domains ?? []).map((one) => [one.domain, one]));
  return {
    rules: rules === null ? noRules : parseRules(JSON.stringify(rules)),
    sender: {
      settings,
      mayUseAny: ctx.config.anySender,
      dkimOf(domain): Dkim | undefined {
        const one = byName.get(domain);
        if (one === undefined) return undefined;
        const privateKey = openPrivateKey(ctx.sealer, BigInt(one.id), Buffer.from(one.private_key, 'base64'));
        return { domainName: domain, keySelector: one.selector, privateKey };
      },
    },
  };
}

function noSender(ctx: LedgerContext): SenderIdentity {
  return { settings: noSettings, mayUseAny: ctx.config.anySender, dkimOf: () => undefined };
}
