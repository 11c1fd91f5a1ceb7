import { type DescEnum, type DescField, ScalarType } from '@bufbuild/protobuf';
import type { Fault } from '../cursor.ts';
import { nearest } from '../nearest.ts';
import { enumNames, fieldRest } from '../rest-options.ts';
import { parseTimestamp } from '../timestamps.ts';

/** Upper bound of ids and of other whole numbers: every JSON client reads numbers up to it exactly. */
export const maxId = 2n ** 53n - 1n;

/** Parses the text of a JSON string or a query parameter. Returns undefined when the text is not a valid value. */
type ParseText = (text: string) => unknown;

/** The text form of a scalar, and the fault that is reported for any other text. */
export type TextRule = Fault & { parse: ParseText };

/** Returns the fault of a string that a rule refuses. */
export function faultOf({ parse: _, ...fault }: TextRule, text: string): Fault {
  const suggestion = fault.allowed && nearest(text, fault.allowed);
  return suggestion === undefined ? fault : { ...fault, suggestion };
}

export function enumRule(desc: DescEnum): TextRule {
  const byName = new Map([...enumNames(desc)].map(([number, name]) => [name, number]));
  const allowed = [...byName.keys()];
  const message = `must be one of ${allowed.join(', ')}`;
  return { parse: (text) => byName.get(text.toLowerCase()), message, code: 'enum', allowed };
}

export const timestampRule: TextRule = {
  parse: parseTimestamp,
  message: 'must be an RFC 3339 timestamp such as 2026-04-02T12:00:00Z',
  code: 'format',
};

export function textRule(field: DescField, scalar: ScalarType): TextRule {
  switch (scalar) {
    case ScalarType.STRING:
      return { parse: (text) => text, message: 'must be a string', code: 'type' };
    case ScalarType.BOOL:
      return { parse: parseBool, message: 'must be true or false', code: 'type' };
    case ScalarType.BYTES:
      return { parse: parseBase64, message: 'must be base64 text', code: 'format' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { parse: parseFinite, message: 'must be a number', code: 'type' };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return {
        parse: (text) => parseSmall(text, -(2 ** 31), 2 ** 31 - 1),
        message: 'must be an integer',
        code: 'type',
      };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { parse: (text) => parseSmall(text, 0, 2 ** 32 - 1), message: 'must be an integer from 0', code: 'type' };
    default:
      return {
        parse: fieldRest(field).ref === '' ? parseWide : parseReference,
        message: 'must be an integer',
        code: 'type',
      };
  }
}

function parseBool(text: string): boolean | undefined {
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}

function parseBase64(text: string): Uint8Array | undefined {
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text);
  return isBase64 ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function parseFinite(text: string): number | undefined {
  const value = jsonNumber.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function parseSmall(text: string, min: number, max: number): number | undefined {
  const value = parseFinite(text);
  // `+ 0` turns -0 into 0.
  return value !== undefined && Number.isInteger(value) && value >= min && value <= max ? value + 0 : undefined;
}

function parseWide(text: string): bigint | undefined {
  const value = parseInt64(text);
  return value !== undefined && value >= -maxId && value <= maxId ? value : undefined;
}

function parseInt64(text: string): bigint | undefined {
  // The number of digits is limited before BigInt parses them, which takes quadratic time.
  if (/^-?\d{1,19}$/.test(text)) {
    const value = BigInt(text);
    return value === BigInt.asIntN(64, value) ? value : undefined;
  }
  const value = parseFinite(text);
  return Number.isSafeInteger(value) ? BigInt(value ?? 0) : undefined;
}

/**
 * Parses an id of another resource. An impossible id becomes 0, which is the id of no resource, so the service responds
 * with 404.
 */
function parseReference(text: string): bigint | undefined {
  if (/^-?\d{17,}$/.test(text)) return 0n;
  const value = parseInt64(text);
  return value === undefined || (value >= 0n && value <= maxId) ? value : 0n;
}
