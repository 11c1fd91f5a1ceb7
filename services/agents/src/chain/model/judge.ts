import { checkJsonText, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import type { StoredAnswer } from '../../calls/step.ts';
import { isJsonObject } from '../../json-objects.ts';
import type { ToolCall } from '../../llm/read-answer.ts';
import { validate } from '../../schemas/validate.ts';

const longestOutput = 64 * 1024;

/** The verdict on an answer. */
export type Judged =
  | { kind: 'output'; output: JsonObject }
  | { kind: 'tools'; calls: readonly ToolCall[] }
  | { kind: 'refused' }
  /** A message that asks the model to correct its answer. */
  | { kind: 'problem'; problem: string };

/** Judges an answer by the template's schema, because providers do not enforce all of it. */
export function judge({ text, toolCalls, finish }: StoredAnswer, outputSchema: string | null): Judged {
  if (finish === 'content-filter') return { kind: 'refused' };
  if (toolCalls.length > 0) return { kind: 'tools', calls: toolCalls };
  if (finish === 'length') return { kind: 'problem', problem: 'The answer was cut off: it must be shorter.' };
  if (Buffer.byteLength(text) > longestOutput) {
    return { kind: 'problem', problem: 'The answer must be at most 64 KiB long.' };
  }
  if (outputSchema === null) {
    return text.trim() === ''
      ? { kind: 'problem', problem: 'The answer is empty.' }
      : { kind: 'output', output: { text } };
  }
  const output = parsed(text);
  if (!isJsonObject(output))
    return { kind: 'problem', problem: 'The answer must be one JSON object and nothing else.' };
  const violations = validate(outputSchema, output, 'output');
  if (violations.length === 0) return { kind: 'output', output };
  const list = violations.slice(0, 5).map(({ field, message }) => `${field} ${message}`);
  return { kind: 'problem', problem: list.join('\n').slice(0, 2_000) };
}

function parsed(text: string): JsonValue | undefined {
  try {
    return checkJsonText(text, ['output']).length > 0 ? undefined : parseJson(text);
  } catch {
    return undefined;
  }
}
