/** Something that was broken on purpose, and when, in epoch milliseconds. */
export type Fault = {
  name: string;
  from: number;
  to: number;
  /** Whether an effect may be repeated for it: its result could get lost. */
  losesResults: boolean;
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
};

/** What was done to the platform and what came out of it, as seen from outside. */
export type History = {
  faults: Fault[];
  calls: AcceptedCall[];
  receipts: Receipt[];
  /** Organizations of events by event id, as they came out of Kafka. */
  published: Map<string, string>;
};
