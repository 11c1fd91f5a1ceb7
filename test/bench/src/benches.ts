import { agentSteps } from './agent-steps/agent-steps.ts';
import { agents } from './agents/agents.ts';
import { analytics } from './analytics/analytics.ts';
import type { Bench } from './bench.ts';
import { bulk } from './bulk/bulk.ts';
import { crm } from './crm/crm.ts';
import { effects } from './effects/effects.ts';
import { engine } from './engine/engine.ts';
import { engineMillion } from './engine/engine-million.ts';
import { events } from './events/events.ts';
import { gateway } from './gateway/gateway.ts';
import { idle } from './idle/idle.ts';
import { importing } from './import/import.ts';
import { integrations } from './integrations/integrations.ts';
import { ledger } from './ledger/ledger.ts';
import { list } from './list/list.ts';
import { mail } from './mail/mail.ts';
import { million } from './million/million.ts';
import { classes } from './neighbours/classes.ts';
import { neighbours } from './neighbours/neighbours.ts';
import { retention } from './retention/retention.ts';
import { timers } from './timers/timers.ts';
import { engineBesideHits } from './tracking/engine-beside-hits.ts';
import { tracking } from './tracking/tracking.ts';
import { webhooks } from './webhooks/webhooks.ts';

/** The benches of `npm run bench -- <name>`. */
export const benches: ReadonlyMap<string, Bench> = new Map([
  ['engine', engine],
  ['engine-million', engineMillion],
  ['effects', effects],
  ['mail', mail],
  ['bulk', bulk],
  ['events', events],
  ['million', million],
  ['retention', retention],
  ['timers', timers],
  ['tracking', tracking],
  ['engine-beside-hits', engineBesideHits],
  ['ledger', ledger],
  ['list', list],
  ['crm', crm],
  ['gateway', gateway],
  ['idle', idle],
  ['integrations', integrations],
  ['agents', agents],
  ['agent-steps', agentSteps],
  ['analytics', analytics],
  ['import', importing],
  ['webhooks', webhooks],
  ['neighbours', neighbours],
]);

/** The parts of benches that have parts, each of which can run alone. */
export const parts: ReadonlyMap<string, readonly string[]> = new Map([['neighbours', [...classes.keys()]]]);
