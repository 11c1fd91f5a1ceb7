import { type DescField, type DescMessage, getOption, hasOption } from '@bufbuild/protobuf';
import { topic as topicOption, webhook as webhookOption } from '@drippulse/proto/drippulse/events/v1/options_pb';

/** A stream of events of one message type. */
export type Topic<D extends DescMessage = DescMessage> = { name: string; desc: D };

const eventFields = ['id', 'time', 'organization_id', 'sequence', 'aggregate'];

/**
 * Returns the topic of events of this message type, from its option `drippulse.events.v1.topic`. Throws when the
 * message is not an event: without the option, or without one of the fields that every event starts with.
 */
export function topicOf<D extends DescMessage>(desc: D): Topic<D> {
  if (!hasOption(desc, topicOption)) throw new Error(`${desc.typeName} has no option drippulse.events.v1.topic`);
  const missing = eventFields.filter((name) => !desc.fields.some((field) => field.name === name));
  if (missing.length > 0) throw new Error(`${desc.typeName} lacks the event fields ${missing.join(', ')}`);
  return { name: getOption(desc, topicOption).name, desc };
}

/** Returns the dead-letter topic, for messages that a group could not handle. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dead`;
}

/** Whether a topic is a dead-letter topic. */
export function isDeadLetterTopic(topic: string): boolean {
  return topic.endsWith('.dead');
}

/**
 * Returns the type of an event, `<noun>.<past participle>`: the webhook type of its payload if it has one, else the
 * payload's field name after the topic's noun (`drippulse.workflows.v1` and `moved` give `workflows.moved`).
 */
export function eventType(topic: Topic, payloadCase: string | undefined): string {
  let types = typesOf.get(topic.desc);
  if (types === undefined) {
    types = new Map(topic.desc.fields.map((field) => [field.localName, typeOfField(topic, field)]));
    typesOf.set(topic.desc, types);
  }
  return types.get(payloadCase ?? '') ?? `${nounOf(topic)}.unknown`;
}

/**
 * Types by payload case, cached because each reading of an option decodes it, which costs more than all other work on
 * the event.
 */
const typesOf = new WeakMap<DescMessage, Map<string, string>>();

function typeOfField(topic: Topic, field: DescField): string {
  return hasOption(field, webhookOption) ? getOption(field, webhookOption).type : `${nounOf(topic)}.${field.name}`;
}

function nounOf(topic: Topic): string {
  return topic.name.split('.').at(-2) ?? topic.name;
}
