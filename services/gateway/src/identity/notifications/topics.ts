import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';

/** Topics of the platform's mails. Each topic is a member of a user's choices, and a value in `muted_notifications`. */
export const topics = ['approvals', 'webhooks', 'domains', 'integrations', 'billing', 'reports'] as const;

export type Topic = (typeof topics)[number];

const protoTopics: Record<Topic, NotificationTopic> = {
  approvals: NotificationTopic.APPROVALS,
  webhooks: NotificationTopic.WEBHOOKS,
  domains: NotificationTopic.DOMAINS,
  integrations: NotificationTopic.INTEGRATIONS,
  billing: NotificationTopic.BILLING,
  reports: NotificationTopic.REPORTS,
};

/** Converts the topic of a request; undefined when it is not set, or unknown to this version. */
export function topicFromProto(topic: NotificationTopic): Topic | undefined {
  return topics.find((known) => protoTopics[known] === topic);
}
