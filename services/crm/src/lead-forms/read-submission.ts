import { randomUUID } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { DomainError, refuseViolations } from '@drippulse/errors';
import { checkJsonText, isRawNumber, type JsonValue, parseJson } from '@drippulse/json';
import busboy from 'busboy';

/** A submission: strings by field name, and its metadata. */
export type Submission = {
  /** Whether the request is JSON. If it is, the answer is JSON too. */
  isJson: boolean;
  /** Id of the submission; a repeat has the same id. */
  id: string;
  values: ReadonlyMap<string, string>;
  /** The token that hCaptcha gave the visitor. */
  captchaAnswer: string;
  /** Whether the trap field has a value. */
  isTrapped: boolean;
};

/** Name of a hidden field that only a bot fills in. */
export const trapField = 'fax_number';
const idField = 'submission_id';
const captchaField = 'h-captcha-response';

const maxValues = 200;
const maxNameBytes = 200;
const maxValueBytes = 64 * 1024;

export async function readSubmission(contentType: string, bytes: Uint8Array): Promise<Submission> {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  switch (type) {
    case 'application/json':
      return toSubmission(readJson(bytes), true);
    case 'application/x-www-form-urlencoded':
      return toSubmission(new Map(new URLSearchParams(Buffer.from(bytes).toString())), false);
    case 'multipart/form-data':
      return toSubmission(await readMultipart(contentType, bytes), false);
    default: {
      const message = 'Send the form as application/x-www-form-urlencoded, multipart/form-data or application/json.';
      throw new DomainError('malformed', 'unsupported_media_type', message);
    }
  }
}

function toSubmission(values: Map<string, string>, isJson: boolean): Submission {
  for (const [name, value] of values) {
    if (!value.isWellFormed() || value.includes('\0')) throw unstorable(name);
  }
  const id = values.get(idField) ?? '';
  return {
    isJson,
    id: /^[\x21-\x7e]{1,255}$/.test(id) ? id : randomUUID(),
    values,
    captchaAnswer: values.get(captchaField) ?? '',
    isTrapped: (values.get(trapField) ?? '') !== '',
  };
}

function unstorable(name: string): DomainError {
  const violations = [{ field: name.slice(0, 64), message: 'holds characters that cannot be stored' }];
  return new DomainError('invalid', 'validation_failed', 'A value holds characters that cannot be stored.', {
    violations,
  });
}

/**
 * Returns the members of the object, with the members of `custom` as `custom.<key>`. Nested objects and arrays are
 * ignored, because a form has no such values.
 */
function readJson(bytes: Uint8Array): Map<string, string> {
  refuseViolations(checkJsonText(bytes));
  const values = new Map<string, string>();
  const members = objectOf(parseJson(Buffer.from(bytes).toString()));
  if (members === undefined) throw new DomainError('malformed', 'malformed_json', 'The body must be a JSON object.');
  for (const [name, value] of Object.entries(members)) setText(values, name, value);
  for (const [key, value] of Object.entries(objectOf(members['custom'] ?? null) ?? {})) {
    setText(values, `custom.${key}`, value);
  }
  return values;
}

function setText(values: Map<string, string>, name: string, value: JsonValue): void {
  if (typeof value === 'string') values.set(name, value);
  else if (isRawNumber(value)) values.set(name, value.rawJSON);
  else if (typeof value === 'number' || typeof value === 'boolean') values.set(name, String(value));
}

function objectOf(value: JsonValue) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
    ? value
    : undefined;
}

async function readMultipart(contentType: string, bytes: Uint8Array): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  try {
    const limits = { fields: maxValues, files: 0, fieldNameSize: maxNameBytes, fieldSize: maxValueBytes };
    const parts = busboy({ headers: { 'content-type': contentType }, limits });
    parts.on('field', (name, value) => values.set(name, value));
    parts.end(bytes);
    await finished(parts);
  } catch (cause) {
    throw new DomainError('malformed', 'malformed_multipart', 'The body is not valid multipart/form-data.', { cause });
  }
  return values;
}
