import { randomBytes } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { readDomain } from '@drippulse/http';
import { type CreateSendingDomainRequest, SenderService } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { transact } from '@drippulse/writes';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { createKeyPair, domainToProto, sealPrivateKey } from '../messaging/index.ts';

const maxDomains = 50;

/**
 * Adds a domain with its own key pair. Adding a domain does not prove ownership, so another organization may add the
 * domain too.
 */
export async function createSendingDomain(ctx: Context, request: CreateSendingDomainRequest, call: HandlerContext) {
  const domain = requireDomain(request.domain ?? '');
  const { privateKey, publicKey } = await createKeyPair();
  const { createSendingDomain: method } = SenderService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    // Without the lock, two concurrent calls could both be below the limit.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`sending_domains:${organizationId}`}, 0))`.execute(trx);
    const { rows } = await sql<{ count: number; is_there: boolean | null; id: bigint }>`
      select count(*)::int as count, bool_or(domain = ${domain}) as is_there,
        nextval(pg_get_serial_sequence('sending_domains', 'id'))::bigint as id
      from sending_domains where organization_id = ${organizationId}`.execute(trx);
    const [own] = rows;
    if (own === undefined) throw new Error('the database counted nothing');
    if (own.is_there === true) {
      throw new DomainError('already_exists', 'sending_domain_exists', `The organization has ${domain} already.`);
    }
    if (own.count >= maxDomains) {
      const message = `An organization has at most ${maxDomains} sending domains.`;
      throw new DomainError('failed_precondition', 'sending_domain_limit_reached', message);
    }
    const { rows: made } = await sql<Parameters<typeof domainToProto>[0]>`
      insert into sending_domains (
        id, organization_id, domain, token, selector, public_key, private_key, created_at)
      overriding system value values (
        ${own.id}, ${organizationId}, ${domain}, ${randomBytes(18).toString('base64url')},
        ${`dp${randomBytes(4).toString('hex')}`}, ${publicKey}, ${sealPrivateKey(ctx.sealer, own.id, privateKey)},
        ${ctx.clock.now()})
      returning *`.execute(trx);
    const [row] = made;
    if (row === undefined) throw new Error('the database stored nothing');
    return { sendingDomain: domainToProto(row) };
  });
}

function requireDomain(text: string): string {
  const domain = readDomain(text);
  if (domain !== undefined) return domain;
  throw new DomainError('invalid', 'validation_failed', 'domain must be a domain name, such as example.com', {
    violations: [{ field: 'domain', message: 'must be a domain name, such as example.com', code: 'format' }],
  });
}
