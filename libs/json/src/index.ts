export { type DecodeOptions, decodeJson, decodeJsonInTurns } from './decode/decode-json.ts';
export { encodeField, encodeJson, type ListEncoder, startList } from './encode/encode-json.ts';
export {
  isRawNumber,
  type JsonObject,
  type JsonValue,
  numberOf,
  parseJson,
  type RawNumber,
  stringifyJson,
} from './lossless.ts';
export { enumNames, fieldRest, isMask } from './rest-options.ts';
export { checkJsonText, type JsonKind, type JsonRow, jsonKind, jsonRows } from './rows.ts';
export { type ExampleOptions, exampleOf } from './schema/example.ts';
export { fieldSchemaOf, type JsonSchema, jsonSchemaOf, type SchemaOptions } from './schema/json-schema.ts';
export { formatTimestamp, parseTimestamp } from './timestamps.ts';
