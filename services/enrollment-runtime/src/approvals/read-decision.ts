import { refuseViolations, type Violation } from '@drippulse/errors';
import { isRawNumber, type JsonObject, parseJson } from '@drippulse/json';

const longestComment = 2_000;
const mostArgumentBytes = 64 * 1024;

/** Reads the members of a request that approves or rejects. An empty comment counts as absent. */
export function readDecision({ comment, binding }: { comment?: string; binding?: string }) {
  const length = comment?.length ?? 0;
  refuseViolations(
    length > longestComment
      ? [{ field: 'comment', message: `must be at most ${longestComment} characters long`, code: 'length' }]
      : [],
  );
  return { comment: comment?.trim() === '' ? undefined : comment, binding: binding?.toLowerCase() };
}

/** Edited arguments are an object, like the arguments that they replace. Null means that nothing was edited. */
export function readArguments(bytes: Uint8Array | undefined): JsonObject | undefined {
  if (bytes === undefined) return undefined;
  const value = parseJson(Buffer.from(bytes).toString());
  if (value === null) return undefined;
  const isObject = typeof value === 'object' && !Array.isArray(value) && !isRawNumber(value);
  const problems: Violation[] = isObject
    ? []
    : [{ field: 'edited_arguments', message: 'must be an object', code: 'type' }];
  if (bytes.byteLength > mostArgumentBytes) {
    const message = `must be at most ${mostArgumentBytes / 1024} KiB`;
    problems.push({ field: 'edited_arguments', message, code: 'length' });
  }
  refuseViolations(problems);
  return value as JsonObject; // a value that is not an object was refused above
}
