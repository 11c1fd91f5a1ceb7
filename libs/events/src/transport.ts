/** An event in transport. `value` is the encoded protobuf message. Messages of one `key` keep their order. */
export type TransportMessage = { key: string; value: Uint8Array; headers: Record<string, string> };

/** A message at its position in a partition of a topic. */
export type ReceivedMessage = TransportMessage & {
  partition: number;
  offset: bigint;
  /** The reason why the message must not be handled: it was not sent by a publisher of the topic. */
  refusal?: string;
};

/** Messages of one partition in order. */
export type ReceivedBatch = { partition: number; messages: readonly ReceivedMessage[] };

/**
 * The result of a batch. The first `done` messages are finished and not delivered to this group again. With
 * `retryAfterMs` the partition pauses for that time before the remaining messages are delivered again; other partitions
 * continue.
 */
export type BatchOutcome = { done: number; retryAfterMs?: number };

/** Sends messages. A producer whose send has failed or timed out must be closed and not used again. */
export type Producer = {
  /**
   * Stores all messages. Messages with equal keys are stored in the given order. When it rejects, any part of the
   * messages may have been stored.
   */
  send(topic: string, messages: readonly TransportMessage[], timeoutMs: number): Promise<void>;
  close(): Promise<void>;
};

/** A consumer's membership in its group. */
export type Subscription = { stop(): Promise<void> };

/** A topic's messages as one process reads them for itself, without a group. */
export type Following = {
  topic: string;
  /** The reading begins with the first message of the last `sinceMs` milliseconds. */
  sinceMs: number;
  /** Called once, before the first message, with the offset that is read next in each partition. */
  onStart(positions: ReadonlyMap<number, bigint>): void;
  onMessage(message: ReceivedMessage): void;
};

/** Carries messages from producers to groups of consumers, at least once, in order within a partition. */
export type EventTransport = {
  /** Whether only processes of the platform can write to the transport. If not, events need a signature. */
  isPrivate: boolean;
  createProducer(): Promise<Producer>;
  /**
   * Shares the partitions of a topic with the other consumers of the group, starting at the group's position; a new
   * group starts at the oldest kept message. Delivers one batch of a partition at a time, and batches of several
   * partitions concurrently. Returns immediately, and retries while the server cannot be reached.
   */
  consume(options: {
    topic: string;
    group: string;
    onBatch(batch: ReceivedBatch): Promise<BatchOutcome>;
  }): Promise<Subscription>;
  /**
   * Delivers every message of a topic to this process, independently of other readers: first the messages since a time,
   * then each message as it arrives. Delivers them in order within a partition, and each one once while the process
   * lives. Changes no group's position. Returns immediately, and retries while the server cannot be reached.
   */
  follow(following: Following): Promise<Subscription>;
  /**
   * Calls `onMessage` for all messages that a topic has at the time of the call, in order within a partition. Changes
   * no group's position.
   */
  read(topic: string, onMessage: (message: ReceivedMessage) => Promise<void>): Promise<void>;
  /** Returns the number of unhandled messages of the group, with all its consumers, in each partition. */
  lag(topic: string, group: string): Promise<ReadonlyMap<number, bigint>>;
  /** Creates the topics that do not exist. */
  ensureTopics(topics: readonly string[]): Promise<void>;
  /** Returns false when a consumer of a group has ended by itself and only a restart of the process helps. */
  healthy(): boolean;
  /** Stops all subscriptions and closes all connections. */
  close(): Promise<void>;
};
