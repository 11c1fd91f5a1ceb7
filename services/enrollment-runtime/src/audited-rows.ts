import { SendingRulesSchema } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { SenderSchema, SendingDomainSchema } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { type AuditedRows, audited } from '@drippulse/service';
import type { DB } from './db/schema.ts';
import { domainToProto, findDomain, findRules, findSender, rulesToProto, senderToProto } from './messaging/index.ts';

/** Configuration rows in the form that the API shows. */
export const auditedRows: AuditedRows<DB> = {
  sender: audited(SenderSchema, async (trx, { organizationId }) =>
    senderToProto(await findSender(trx, organizationId)),
  ),
  sending_rules: audited(SendingRulesSchema, async (trx, { organizationId }) =>
    rulesToProto(await findRules(trx, organizationId)),
  ),
  sending_domains: audited(SendingDomainSchema, async (trx, { organizationId }, id: bigint) =>
    domainToProto(await findDomain(trx, organizationId, id)),
  ),
};
