import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-26-1800-baseline.ts';
import * as leadFormModes from './2026-11-26-2100-lead-form-modes.ts';
import * as chains from './2026-11-26-2500-chains.ts';
import * as outboxOrganizations from './2026-11-26-2510-outbox-organizations.ts';
import * as revisions from './2026-11-27-0100-revisions.ts';
import * as inboundSecrets from './2026-11-27-0700-inbound-secrets.ts';
import * as usage from './2026-11-27-1400-usage.ts';
import * as eraseChangeEvents from './2026-11-27-1500-erase-change-events.ts';
import * as operator from './2026-11-27-1700-operator.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-26-1800-baseline': baseline,
  '2026-11-26-2100-lead-form-modes': leadFormModes,
  '2026-11-26-2500-chains': chains,
  '2026-11-26-2510-outbox-organizations': outboxOrganizations,
  '2026-11-27-0100-revisions': revisions,
  '2026-11-27-0700-inbound-secrets': inboundSecrets,
  '2026-11-27-1400-usage': usage,
  '2026-11-27-1500-erase-change-events': eraseChangeEvents,
  '2026-11-27-1700-operator': operator,
};
