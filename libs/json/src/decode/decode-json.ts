import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { FieldMaskSchema } from '@bufbuild/protobuf/wkt';
import { DomainError, type Violation } from '@drippulse/errors';
import { decodeSource } from '../decode-text.ts';
import { finish, finishInTurns, type Parts } from '../parts.ts';
import { violationParts } from '../problem-paths.ts';
import { fieldRest, isMask } from '../rest-options.ts';
import { type Body, readBody } from './body.ts';
import { type Members, setMember } from './message.ts';
import { readPath, readQuery } from './parameters.ts';

export type DecodeOptions = {
  /** Key of the body that may wrap the members. Ignored unless its value is an object. */
  wrapper?: string;
  /** HTTP method. With PATCH `null` clears a member; otherwise it means an absent member. */
  method: string;
  /** Parameters of the path by field name, percent-decoded. */
  path?: Readonly<Record<string, string>>;
  /** Query parameters. Absent for methods whose whole body is the message. */
  query?: URLSearchParams;
};

/**
 * Decodes body, query and path of a request into a message. Throws only `DomainError`: `malformed` for text that is not JSON
 * (`malformed_json`), is nested too deep (`too_deep`) or lacks a required member (`parameter_missing`); `invalid` with a
 * violation for each value of a wrong kind.
 *
 * An integer in the path that can't be an id (not canonical, or above 2^53) becomes 0, which no resource has. So the service
 * answers with its own "not found".
 */
export function decodeJson<D extends DescMessage>(
  desc: D,
  text: string | Uint8Array,
  options: DecodeOptions,
): MessageShape<D> {
  return finish(decodeParts(desc, text, options));
}

/** The same for bodies of any size. Reads in parts, between which other work has its turn. */
export function decodeJsonInTurns<D extends DescMessage>(
  desc: D,
  text: string | Uint8Array,
  options: DecodeOptions,
): Promise<MessageShape<D>> {
  return finishInTurns(decodeParts(desc, text, options));
}

function* decodeParts<D extends DescMessage>(
  desc: D,
  text: string | Uint8Array,
  options: DecodeOptions,
): Parts<MessageShape<D>> {
  const source = decodeSource(text);
  const body = yield* readBody(desc, source, options.wrapper);
  const message = body.message as MessageShape<D> & Members; // made from this descriptor
  const present = new Set(body.present);
  const violations: Violation[] = [];
  if (options.query !== undefined) readQuery(desc, options.query, message, present, violations);
  if (options.path !== undefined) readPath(desc, options.path, message, present, violations);
  requireMembers(desc, body, present);
  const wrapped = body.wrapped && options.wrapper !== undefined ? options.wrapper : undefined;
  violations.unshift(...(yield* bodyViolations(source.text, body, wrapped)));
  if (violations.length > 0) throw invalid(violations);
  fillMask(desc, message, body, options.path);
  return message;
}

function requireMembers(desc: DescMessage, body: Body, present: ReadonlySet<string>): void {
  const missing: Violation[] = [];
  for (const field of desc.fields) {
    const isPresent = present.has(field.name) && !body.nulls.has(field.name);
    if (fieldRest(field).required && !isPresent) missing.push({ field: field.name, message: 'is required' });
  }
  if (missing.length === 0) return;
  const names = missing.map(({ field }) => field).join(', ');
  throw new DomainError('malformed', 'parameter_missing', `Required parameter missing: ${names}`, {
    violations: missing,
  });
}

function* bodyViolations(text: string, body: Body, wrapper: string | undefined): Parts<Violation[]> {
  if (body.problems.length === 0) return [];
  const violations = yield* violationParts(text, body.problems);
  return violations.map(({ field, message }) => ({
    field: wrapper !== undefined && field.startsWith(`${wrapper}.`) ? field.slice(wrapper.length + 1) : field,
    message,
  }));
}

function invalid(violations: Violation[]): DomainError {
  const [first] = violations;
  const message = first === undefined ? 'The request is invalid' : `${first.field} ${first.message}`;
  return new DomainError('invalid', 'validation_failed', message, { violations });
}

function fillMask(desc: DescMessage, message: Members, body: Body, path: Readonly<Record<string, string>> = {}): void {
  const mask = desc.fields.find(isMask);
  if (mask === undefined) return;
  const paths = [...body.present].filter((name) => !Object.hasOwn(path, name));
  setMember(message, mask, create(FieldMaskSchema, { paths }));
}
