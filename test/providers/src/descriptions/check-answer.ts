import type { FakeAnswer } from '../fake.ts';
import { type Description, escapePointer, type Operation } from './load.ts';

/**
 * Returns how a fake's response deviates from the description; undefined if it does not. A fake must not promise more
 * than its provider does.
 */
export function answerProblem(
  description: Description,
  { definition, pointer }: Operation,
  { status = 200, headers, body, text }: FakeAnswer,
): string | undefined {
  const key = [String(status), 'default'].find((one) => Object.hasOwn(definition.responses, one));
  if (key === undefined) return status >= 500 ? undefined : `the description has no answer ${status}`;
  const content = definition.responses[key]?.content;
  if (content === undefined) return body === undefined && !text ? undefined : `answer ${status} has no body`;
  const type = headers?.['content-type'] ?? (text === undefined ? 'application/json' : 'text/plain');
  if (!Object.hasOwn(content, type)) return `answer ${status} is ${Object.keys(content).join(' or ')}, not ${type}`;
  const validate = description.validator(`${pointer}/responses/${key}/content/${escapePointer(type)}/schema`, 'exact');
  if (validate(text ?? body)) return undefined;
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`).join(', ');
}
