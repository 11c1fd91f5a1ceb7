import { create, type DescField, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { FieldMaskSchema } from '@bufbuild/protobuf/wkt';
import { DomainError, type Violation } from '@drippulse/errors';
import { decodeSource } from '../decode-text.ts';
import { finish, finishInTurns, type Parts } from '../parts.ts';
import { violationParts } from '../problem-paths.ts';
import { fieldRest, isMask } from '../rest-options.ts';
import { type Body, readBody } from './body.ts';
import { type Members, setMember } from './message.ts';
import { parameterNames, readPath, readQuery } from './parameters.ts';
import { unknownParameters } from './unknown-members.ts';

export type DecodeOptions = {
  /** Key of the body that may wrap the members. Ignored unless its value is an object. */
  wrapper?: string;
  /** HTTP method. With PATCH `null` clears a member; otherwise it means an absent member. */
  method: string;
  /** Parameters of the path by field name, percent-decoded. */
  path?: Readonly<Record<string, string>>;
  /** Query parameters. With `bodyIsMessage`, only parameters whose field has the option `also_query` are read. */
  query?: URLSearchParams;
  /** Whether the body of the method is the whole message. Default: false. */
  bodyIsMessage?: boolean;
  /**
   * Refuses unknown members and parameters as `malformed`, `unknown_member`. `query` is the query of the request, even
   * if the method reads no query. Members of free JSON are not checked.
   */
  strict?: { query: URLSearchParams } | undefined;
};

/** Maximum number of violations that are reported for one request. */
const maxViolations = 100;

/**
 * Decodes body, query and path of a request into a message. Throws only `DomainError`: `malformed` for text that is not
 * JSON (`malformed_json`), is nested too deep (`too_deep`) or lacks a required member (`parameter_missing`); `invalid`
 * with a violation for each value of a wrong kind.
 *
 * An integer in the path that cannot be an id (not canonical, or above 2^53) becomes 0, which is the id of no resource.
 * The service then responds with its own "not found".
 */
export function decodeJson<D extends DescMessage>(
  desc: D,
  text: string | Uint8Array,
  options: DecodeOptions,
): MessageShape<D> {
  return finish(decodeParts(desc, text, options));
}

/**
 * Decodes a request of any size, as `decodeJson` does. Reads in parts, so that other work can have a turn between them.
 */
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
  const { wrapper, path = {}, query, bodyIsMessage = false, strict } = options;
  const isParameter = (field: DescField) => !bodyIsMessage || fieldRest(field).alsoQuery;
  const source = decodeSource(text);
  const strictly = strict && { pathNames: new Set(Object.keys(path)) };
  const body = yield* readBody(desc, source, { wrapper, strictly });
  const message = body.message as MessageShape<D> & Members; // `desc` is the descriptor that the message was made from
  const present = new Set(body.present);
  const violations: Violation[] = [];
  if (query !== undefined) readQuery(desc, query, { message, present, violations, isParameter });
  readPath(desc, path, message, present, violations);
  violations.unshift(...(yield* bodyViolations(source.text, body, body.wrapped ? wrapper : undefined)));
  const missing = missingMembers(desc, body, present);
  if (strict !== undefined && strictly !== undefined) {
    const known = query === undefined ? new Set<string>() : parameterNames(desc, strictly.pathNames, isParameter);
    const unknown = unknownParameters(strict.query, known, query === undefined || bodyIsMessage ? desc : undefined);
    refuseUnknown([...unknown, ...violations, ...missing]);
  }
  if (missing.length > 0) throw parameterMissing(missing);
  if (violations.length > 0) throw invalid(violations);
  fillMask(desc, message, body, path);
  return message;
}

/**
 * Refuses unknown members and parameters. Lists all other violations too, because a misspelled member may be the
 * missing one.
 */
function refuseUnknown(violations: readonly Violation[]): void {
  const isUnknown = ({ code }: Violation) => code === 'unknown_member';
  const unknown = violations.filter(isUnknown);
  const [first] = unknown;
  if (first === undefined) return;
  const all = [...unknown, ...violations.filter((violation) => !isUnknown(violation))].slice(0, maxViolations);
  throw new DomainError('malformed', 'unknown_member', `${first.field} ${first.message}`, { violations: all });
}

function missingMembers(desc: DescMessage, body: Body, present: ReadonlySet<string>): Violation[] {
  const isMissing = (name: string) => !present.has(name) || body.nulls.has(name);
  return desc.fields.flatMap((field): Violation[] => {
    const { required, requiredUnless } = fieldRest(field);
    if (!isMissing(field.name) || !(required || (requiredUnless !== '' && isMissing(requiredUnless)))) return [];
    const message = requiredUnless === '' ? 'is required' : `is required, or ${requiredUnless}`;
    return [{ field: field.name, message, code: 'required' }];
  });
}

function parameterMissing(missing: Violation[]): DomainError {
  const names = missing.map(({ field }) => field).join(', ');
  return new DomainError('malformed', 'parameter_missing', `Required parameter missing: ${names}`, {
    violations: missing,
  });
}

function* bodyViolations(text: string, body: Body, wrapper: string | undefined): Parts<Violation[]> {
  if (body.problems.length === 0) return [];
  const violations = yield* violationParts(text, body.problems);
  return violations.map(({ field, ...fault }) => ({
    field: wrapper !== undefined && field.startsWith(`${wrapper}.`) ? field.slice(wrapper.length + 1) : field,
    ...fault,
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
