import type { ConnectError } from '@connectrpc/connect';
import { type Violation, type ViolationCode, violationCodes } from '@drippulse/errors';
import { type ViolationHint, ViolationHintsSchema } from '@drippulse/proto/drippulse/rest/v1/violations_pb';
import { BadRequestSchema } from '@drippulse/proto/google/rpc/error_details_pb';

type Details = ConnectError['details'];

/**
 * Maximum number of characters in the hints of one error. They are sent as trailers, and peers accept only a few
 * kilobytes of trailers.
 */
const maxHintCharacters = 4096;

/** Builds the details that carry violations: `google.rpc.BadRequest`, and the platform's hints if there are any. */
export function detailsOfViolations(violations: readonly Violation[]): Details {
  if (violations.length === 0) return [];
  const fieldViolations = violations.map(({ field, message, code = 'invalid' }) => ({
    field,
    description: message,
    reason: code,
  }));
  const hints = hintsOf(violations);
  const details = [
    { desc: BadRequestSchema, value: { fieldViolations } },
    ...(hints.length > 0 ? [{ desc: ViolationHintsSchema, value: { hints } }] : []),
  ];
  return details as never; // Connect's type of details has no schema
}

/** Returns the violations of a failed call. If the peer sends no codes, the code is `invalid`. */
export function violationsOf(error: ConnectError): Violation[] {
  const hints = new Map(
    error.findDetails(ViolationHintsSchema).flatMap(({ hints }) => hints.map((hint) => [hint.index, hint])),
  );
  return error
    .findDetails(BadRequestSchema)
    .flatMap(({ fieldViolations }) => fieldViolations)
    .map(({ field, description, reason }, index) => ({
      field,
      message: description,
      code: codeOf(reason),
      ...mendedBy(hints.get(index)),
    }));
}

type Hint = { index: number; allowed: string[]; suggestion: string; phrase: string };

function hintsOf(violations: readonly Violation[]): Hint[] {
  let characters = 0;
  const hints: Hint[] = [];
  for (const [index, { allowed = [], suggestion = '', phrase = '' }] of violations.entries()) {
    const size = allowed.reduce((sum, value) => sum + value.length, suggestion.length + phrase.length);
    if (size === 0) continue;
    characters += size;
    if (characters > maxHintCharacters) break;
    hints.push({ index, allowed: [...allowed], suggestion, phrase });
  }
  return hints;
}

function codeOf(reason: string): ViolationCode {
  return violationCodes.find((code) => code === reason) ?? 'invalid';
}

function mendedBy(hint: ViolationHint | undefined): Partial<Violation> {
  if (hint === undefined) return {};
  const { allowed, suggestion, phrase } = hint;
  return {
    ...(allowed.length > 0 && { allowed }),
    ...(suggestion !== '' && { suggestion }),
    ...(phrase !== '' && { phrase }),
  };
}
