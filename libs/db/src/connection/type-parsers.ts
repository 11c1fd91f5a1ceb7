import pg from 'pg';

const { builtins, getTypeParser } = pg.types;
/** Types that pg's table of names lacks, by their ids in every PostgreSQL. */
const textArray: number = 1009;
const int8Array: number = 1016;
const jsonArray: number = 199;
const jsonbArray: number = 3807;

const asText = (text: string) => text;
const parseTextArray: (text: string) => (string | null)[] = getTypeParser(textArray, 'text');
const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, BigInt],
  [int8Array, (text) => parseTextArray(text).map((item) => (item === null ? null : BigInt(item)))],
  // Parsing would lose digits of numbers; whoever wants the value parses the text without loss.
  [builtins.JSON, asText],
  [builtins.JSONB, asText],
  [jsonArray, parseTextArray],
  [jsonbArray, parseTextArray],
]);

/** How values come back from PostgreSQL, per pool: pg's own table is global to the process and stays as it is. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    (format === 'binary' ? undefined : parsers.get(oid)) ?? getTypeParser(oid, format ?? 'text'),
};
