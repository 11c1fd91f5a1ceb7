import type { AgentFacts } from '../agent-facts.ts';
import type { SumFact } from '../analytics-facts.ts';
import type { AtStripe } from '../billing.ts';
import type { BillingFacts } from '../billing-facts.ts';
import type { CrmFacts } from '../crm-facts.ts';
import type { EventFact } from '../facts.ts';
import type { EndFact, MarkFact, MetGoalFact } from '../goal-facts.ts';
import type {
  AskedModel,
  EntryCall,
  LedgerSample,
  MadeOpportunity,
  MadeThing,
  Receipt,
  SentHit,
  SentStart,
  TakenBounce,
} from '../history.ts';
import type { HitFact, LetterFact, SuppressionFact } from '../letter-facts.ts';
import type { ProviderStepFact } from '../provider-facts.ts';
import type { StarterEventFact } from '../starter-facts.ts';

/** Returns facts with empty members, for tests that make up their own facts. */
export function noFacts() {
  return {
    contactEvents: [] as EventFact[],
    goals: {
      met: [] as MetGoalFact[],
      ends: [] as EndFact[],
      marks: [] as MarkFact[],
      refused: [] as { workflow_id: string; lead_ref: string }[],
      watchesLeft: 0,
    },
    starters: [] as StarterEventFact[],
    providerSteps: [] as ProviderStepFact[],
    agents: {
      ...{ executions: [], charges: [], steps: [] },
      sums: { ledger: '0', executions: '0', counts: '0', days: '0', reserved: '0' },
    } as AgentFacts,
    analytics: {
      days: [] as SumFact[],
      quarters: [] as SumFact[],
      sent: [] as { workflow_id: string; count: number }[],
      attempts: [] as { webhook_id: string; succeeded: boolean; counted: number; made: number }[],
      ids: new Set<string>(),
    },
    crm: { steps: [], leads: [], notes: [], opportunities: [], frames: [], counted: [] } as CrmFacts,
    billing: { customers: [], frames: [], counting: [], sent: [], applied: [] } as BillingFacts,
    outboxLeft: [] as string[],
    letters: {
      letters: [] as LetterFact[],
      hits: [] as HitFact[],
      suppressions: [] as SuppressionFact[],
    },
  };
}

/** Returns a history with empty members, for tests that make up their own evidence. */
export function noHistory() {
  return {
    mails: [] as Receipt[],
    entries: [] as EntryCall[],
    starters: [] as SentStart[],
    opportunities: [] as MadeOpportunity[],
    publishedBy: { crm: new Map<string, string>(), billing: new Map<string, string>() },
    atStripe: [] as AtStripe[],
    made: [] as MadeThing[],
    refusedByProviders: [] as string[],
    models: { asked: [] as AskedModel[], refused: [] as string[], samples: [] as LedgerSample[], bill: 0n },
    letters: { quietUntil: 0, hits: [] as SentHit[], bounces: [] as TakenBounce[] },
  };
}
