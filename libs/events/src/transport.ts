/** An event on its way: `value` is the encoded protobuf message, `key` keeps those of one aggregate in order. */
export type TransportMessage = { key: string; value: Uint8Array; headers: Record<string, string> };

/** A message as it lies in a partition of a topic. */
export type ReceivedMessage = TransportMessage & { partition: number; offset: bigint };

/** Messages of one partition in order. */
export type ReceivedBatch = { partition: number; messages: readonly ReceivedMessage[] };

/**
 * What became of a batch: the first `done` messages are finished and never needed again by this group. With
 * `retryAfterMs` the partition rests that long before the rest is delivered again; other partitions go on.
 */
export type BatchOutcome = { done: number; retryAfterMs?: number };

/** Sends messages. One whose send has failed or timed out must be closed and not used again. */
export type Producer = {
  /** Stores all messages, those of one key in the order given, or rejects: then some, all or none of them are stored. */
  send(topic: string, messages: readonly TransportMessage[], timeoutMs: number): Promise<void>;
  close(): Promise<void>;
};

/** The place of one consumer in its group. */
export type Subscription = { stop(): Promise<void> };

/** Carries messages from producers to groups of consumers, at least once, in order within a partition. */
export type EventTransport = {
  createProducer(): Promise<Producer>;
  /**
   * Shares the partitions of a topic with the other consumers of the group, from where the group stopped, a new group
   * from the oldest message kept. Of a partition one batch at a time is delivered, of several partitions at once. Returns
   * at once and goes on trying for as long as the server can't be reached.
   */
  consume(options: {
    topic: string;
    group: string;
    onBatch(batch: ReceivedBatch): Promise<BatchOutcome>;
  }): Promise<Subscription>;
  /** Calls `onMessage` for all that lies on a topic now, in order within a partition, without moving any group. */
  read(topic: string, onMessage: (message: ReceivedMessage) => Promise<void>): Promise<void>;
  /** How many messages of each partition the group has not handled, whoever of it reads them. */
  lag(topic: string, group: string): Promise<ReadonlyMap<number, bigint>>;
  /** Makes the topics that do not exist. */
  ensureTopics(topics: readonly string[]): Promise<void>;
  /** False once a consumer has ended by itself and only a restart of the process helps. */
  healthy(): boolean;
  /** Stops what is still running and closes all connections. */
  close(): Promise<void>;
};
