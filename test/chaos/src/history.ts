import type { AtStripe } from './billing.ts';
import type { HookReceipt } from './hook-endpoint.ts';

/** A fault, or a stall of the machine, with its time in epoch milliseconds. */
export type Fault = {
  name: string;
  from: number;
  to: number;
  /** Names of the runtimes whose results the fault can lose or delay, so their effects may be repeated. */
  victims: readonly string[];
  /** Whether the fault happened as its name says. */
  met: boolean;
};

/** A bulk enrollment that succeeded. */
export type AcceptedCall = { workflowId: bigint; organizationId: bigint; refs: string[]; ids: bigint[] };

/** A request that reached the receiver, and the receiver's response. */
export type Receipt = {
  key: string;
  at: number;
  url: string;
  /** Method, path, content type and body, for comparison with other attempts. */
  content: string;
  body: string;
  succeeded: boolean;
  /** Port of the runtime's end of the connection. It identifies the runtime. */
  senderPort: number;
};

/** A connection that a runtime opened, identified by the port of the runtime's end. */
export type Opened = { port: number; name: string; at: number };

/** An event of a person that was accepted. */
export type SentEvent = { id: string; email: string };

/**
 * An accepted event that starts workflows. `ids` are the ids in the responses, one for each time that the event was
 * sent outside of a batch.
 */
export type SentStart = { key: string; email: string; plan: string; ids: string[] };

/**
 * A bulk enrollment into a workflow that limits re-entry. `refs` are the references of all contacts, `refused` those of
 * the refused ones.
 */
export type EntryCall = { workflowId: bigint; refs: string[]; refused: string[] };

/** A request for the pixel or the link of a letter. Each request has a user agent of its own. */
export type SentHit = {
  kind: 'open' | 'click';
  /** Message-ID of the letter. */
  mail: string;
  agent: string;
  /** Name of the runtime that got the request. */
  runtime: string;
  at: number;
  answered: boolean;
};

/** An accepted report that a letter bounced. */
export type TakenBounce = { mail: string; email: string; at: number };

/** An object at a provider: the step that makes objects of this kind, and the reference of the contact in it. */
export type MadeThing = { step: string; ref: string };

/** An opportunity that the CRM created, according to its response. `amount` is in cents. */
export type MadeOpportunity = { ref: string; amount: number };

/** A request to a model. `ref` is the person that the request names. */
export type AskedModel = { ref: string; at: number };

/**
 * A sample of the ledger of agents, in pico-USD. `bill` is the bill of the provider, `taken` the spent and reserved
 * amount.
 */
export type LedgerSample = { bill: bigint; limit: bigint; taken: bigint };

/** A decision that was accepted, according to the response. */
export type AnsweredDecision = { approvalId: string; decision: 'approved' | 'rejected' };

/** The calls, faults and results of a run, as seen from outside the platform. */
export type History = {
  faults: Fault[];
  calls: AcceptedCall[];
  receipts: Receipt[];
  /** In the order in which they were opened. */
  connections: Opened[];
  /** The organization of each event that was read from Kafka, by the event's id. */
  published: Map<string, string>;
  publishedBy: { crm: Map<string, string>; billing: Map<string, string> };
  /** Requests that reached the webhooks. */
  hookReceipts: HookReceipt[];
  journeys: {
    events: SentEvent[];
    decisions: AnsweredDecision[];
    /** Email addresses whose suppression succeeded before a mail to them could be due. */
    suppressed: string[];
  };
  /** Mails that reached their receiver, by Message-ID; `url` is the receiver's email address, `body` the subject. */
  mails: Receipt[];
  entries: EntryCall[];
  starters: SentStart[];
  opportunities: MadeOpportunity[];
  atStripe: AtStripe[];
  /** The providers' objects at the end of the run. */
  made: MadeThing[];
  models: {
    asked: AskedModel[];
    /** Request bodies that the model provider refused. */
    refused: string[];
    samples: LedgerSample[];
    /** The provider's bill at the end. */
    bill: bigint;
  };
  /** Requests that a provider refused because of their form, as one sentence each. */
  refusedByProviders: string[];
  letters: {
    /** The end of the night for the quiet hours, in epoch milliseconds. */
    quietUntil: number;
    hits: SentHit[];
    bounces: TakenBounce[];
  };
};
