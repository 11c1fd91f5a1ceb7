import type { MessageInitShape } from '@bufbuild/protobuf';
import { appendEvents, topicOf } from '@drippulse/events';
import { type JsonObject, stringifyJson } from '@drippulse/json';
import { type AuditedChangeSchema, AuditedEventSchema } from '@drippulse/proto/drippulse/audit/v1/events_pb';
import type { Transaction } from 'kysely';

/** The topic of the configuration changes of every service. */
export const auditTopic = topicOf(AuditedEventSchema);

/** A change of configuration. `before` is undefined for a new row, `after` for a deleted row; both lack secrets. */
export type AuditEntry = {
  organizationId: bigint;
  /** `<noun>.<past participle>`. */
  name: string;
  /** Empty for a resource that exists once for each organization. */
  resourceId: string;
  actor: { type: string; id: string };
  before: JsonObject | undefined;
  after: JsonObject | undefined;
  requestId?: string | undefined;
  address?: string | undefined;
};

/**
 * Writes a change into the outbox, in the transaction of the change. For methods with the rest option `audit`,
 * `transact` calls it. Call this function only for a change that the platform makes by itself. Wake the relay after the
 * commit.
 */
export async function appendAudit<DB>(trx: Transaction<DB>, entry: AuditEntry): Promise<void> {
  const { organizationId, name, resourceId, actor, before, after, requestId = '', address = '' } = entry;
  const [noun = name] = name.split('.');
  const value: MessageInitShape<typeof AuditedChangeSchema> = {
    name,
    resourceId,
    actorType: actor.type,
    actorId: actor.id,
    ...(before && { before: Buffer.from(stringifyJson(before)) }),
    ...(after && { after: Buffer.from(stringifyJson(after)) }),
    requestId,
    address,
  };
  await appendEvents(trx, auditTopic, [
    { organizationId, aggregate: `${noun}:${resourceId || 'own'}`, payload: { case: 'changed', value } },
  ]);
}
