import type { HookReceipt } from './hook-endpoint.ts';

/** Something that was broken on purpose, or a stall of the machine, and when, in epoch milliseconds. */
export type Fault = {
  name: string;
  from: number;
  to: number;
  /** Names of the runtimes whose results could get lost or late: an effect of theirs may be repeated for it. */
  victims: readonly string[];
  /** Whether it came to what its name says. */
  met: boolean;
};

/** A bulk enrollment that was answered. */
export type AcceptedCall = { workflowId: bigint; organizationId: bigint; refs: string[]; ids: bigint[] };

/** A request that reached the receiver, and what it answered. */
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

/** What was done to the platform and what came out of it, as seen from outside. */
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
