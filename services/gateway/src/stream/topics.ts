import { getOption } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { topic as topicOption } from '@drippulse/proto/drippulse/events/v1/options_pb';
import { publishers } from '@drippulse/topology';

const mostTopics = 20;

const rules = publishers.flatMap(({ events }) => getOption(events, topicOption).hints);

/** Topics that a stream may request. */
const topics: ReadonlySet<string> = new Set(rules.map(({ topic }) => topic));

/** Topics of which a single part may be requested, such as `enrollments:12`. */
const divided = new Set(rules.filter(({ dividedBy }) => dividedBy !== '').map(({ topic }) => topic));

/** Reads a comma-separated list of topics. Ids are not looked up, because an unknown workflow has no hints. */
export function readTopics(text: string): string[] {
  const asked = [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== '');
  if (asked.length > mostTopics) throw refusal('too_many_topics', `must name at most ${mostTopics} topics`);
  if (asked.length === 0 || !asked.every(isTopic)) {
    const parts = [...divided].map((topic) => `${topic}:<id>`);
    throw refusal('unknown_topic', `must be topics among: ${[...topics, ...parts].sort().join(', ')}`);
  }
  return asked;
}

function isTopic(asked: string): boolean {
  const [, topic, id] = /^([a-z_]+):([1-9]\d{0,15})$/.exec(asked) ?? [];
  return topic === undefined ? topics.has(asked) : divided.has(topic) && Number.isSafeInteger(Number(id));
}

function refusal(reason: string, message: string): DomainError {
  return new DomainError('invalid', reason, `topics ${message}.`, { violations: [{ field: 'topics', message }] });
}
