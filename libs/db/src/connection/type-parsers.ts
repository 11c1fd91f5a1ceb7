import pg from 'pg';

const { builtins, getTypeParser } = pg.types;
/** The ids of types that pg has no names for. They are equal in every PostgreSQL installation. */
const textArray: number = 1009;
const int8Array: number = 1016;
const jsonArray: number = 199;
const jsonbArray: number = 3807;

const asText = (text: string) => text;
const parseTextArray: (text: string) => (string | null)[] = getTypeParser(textArray, 'text');
const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, BigInt],
  [int8Array, (text) => parseTextArray(text).map((item) => (item === null ? null : BigInt(item)))],
  // JSON.parse would lose digits of numbers. Callers that need the value parse the text with @drippulse/json.
  [builtins.JSON, asText],
  [builtins.JSONB, asText],
  [jsonArray, parseTextArray],
  [jsonbArray, parseTextArray],
]);

/** The parsers of values from PostgreSQL, for one pool. pg's own table is global to the process and stays unchanged. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    (format === 'binary' ? undefined : parsers.get(oid)) ?? getTypeParser(oid, format ?? 'text'),
};
