import { modeToProto } from '@drippulse/rpc';
import type { ServiceBase } from '@drippulse/service';
import type { Config } from '../config.ts';
import type { DB } from '../db/schema.ts';

/** The facts about a webhook that a hint needs. */
type Hinted = { organizationId: bigint; webhookId: bigint; mode: string };

/** Reports to open screens that a webhook or its deliveries changed. Call it after a commit without events. */
export function hintWebhook(
  { hints }: Pick<ServiceBase<Config, DB>, 'hints'>,
  { organizationId, webhookId, mode }: Hinted,
  kind: string,
): void {
  hints.note({ organizationId, topic: 'webhooks', id: String(webhookId), kind, mode: modeToProto(mode) });
}
