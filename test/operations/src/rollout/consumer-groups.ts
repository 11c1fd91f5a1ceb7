import kafkajs from 'kafkajs';

/** The consumer groups of the platform, seen from outside the platform. */
export type ConsumerGroups = {
  /** Lists every existing group, by its id. */
  list(): Promise<string[]>;
  /** Returns the partitions of each member of a group; undefined while the group is rebalancing. */
  assignments(groupId: string, topic: string): Promise<number[][] | undefined>;
  /** Returns the number of messages that the group has not handled. */
  lag(groupId: string, topic: string): Promise<bigint>;
  /**
   * Sets the position of a group to a time in milliseconds, or to the end of the topic, as `kafka-consumer-groups.sh
   * --reset-offsets` does. Fails while the group has members.
   */
  reset(groupId: string, topic: string, to: number | 'latest'): Promise<void>;
  stop(): Promise<void>;
};

/** Watches the groups by querying the brokers, because the platform's own reports would be weaker evidence. */
export async function watchConsumerGroups(brokers: string[]): Promise<ConsumerGroups> {
  const kafka = new kafkajs.Kafka({ clientId: 'watcher', brokers, logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  return {
    list: async () => (await admin.listGroups()).groups.map(({ groupId }) => groupId),
    async assignments(groupId, topic) {
      const { groups } = await admin.describeGroups([groupId]);
      if (groups[0]?.state !== 'Stable') return undefined;
      return groups[0].members.map(({ memberAssignment }) => {
        const decoded = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment);
        return decoded?.assignment[topic] ?? [];
      });
    },
    async lag(groupId, topic) {
      const ends = await admin.fetchTopicOffsets(topic);
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const handled = new Map(committed?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
      return ends.reduce((sum, { partition, high, low }) => {
        const next = handled.get(partition) ?? -1n;
        return sum + BigInt(high) - (next < 0n ? BigInt(low) : next);
      }, 0n);
    },
    async reset(groupId, topic, to) {
      const partitions =
        to === 'latest' ? await admin.fetchTopicOffsets(topic) : await admin.fetchTopicOffsetsByTimestamp(topic, to);
      await admin.setOffsets({ groupId, topic, partitions });
    },
    stop: () => admin.disconnect(),
  };
}
