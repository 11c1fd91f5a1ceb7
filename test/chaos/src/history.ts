import type { HookReceipt } from './hook-endpoint.ts';

/** A fault, or a stall of the machine, with its time in epoch milliseconds. */
export type Fault = {
  name: string;
  from: number;
  to: number;
  /** Names of the runtimes whose results could get lost or late: an effect of theirs may be repeated for it. */
  victims: readonly string[];
  /** Whether the fault happened as its name says. */
  met: boolean;
};

/** A bulk enrollment that was answered. */
export type AcceptedCall = { workflowId: bigint; organizationId: bigint; refs: string[]; ids: bigint[] };

/** A request that reached the receiver, and its answer. */
export type Receipt = {
  key: string;
  at: number;
  url: string;
  /** Method, path, content type and body, to be compared with those of other attempts. */
  content: string;
  body: string;
  succeeded: boolean;
  /** Port of the runtime's end of the connection. */
  senderPort: number;
};

/** A connection that a runtime opened, by the port of its end. */
export type Opened = { port: number; name: string; at: number };

/** The calls, faults and results of a run, as seen from outside. */
export type History = {
  faults: Fault[];
  calls: AcceptedCall[];
  receipts: Receipt[];
  /** In the order they were opened. */
  connections: Opened[];
  /** Organizations of events by event id, as they came out of Kafka. */
  published: Map<string, string>;
  /** Requests that reached the webhooks. */
  hookReceipts: HookReceipt[];
};
