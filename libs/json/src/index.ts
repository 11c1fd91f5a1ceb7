// For services: messages as JSON.

export { type DecodeOptions, decodeJson, decodeJsonInTurns } from './decode/decode-json.ts';
export { unknownMember } from './decode/unknown-members.ts';
export { encodeField, encodeJson, type ListEncoder, startList } from './encode/encode-json.ts';
export { encodeFieldPieces, encodePieces } from './encode/encode-pieces.ts';
export { nearest } from './nearest.ts';
export { checkJsonText, type JsonKind, type JsonRow, jsonKind, jsonRows } from './rows.ts';

// For services: the documentation of messages.

export { enumNames, fieldRest, isHidden, isMask } from './rest-options.ts';
export { type ExampleOptions, exampleOf } from './schema/example.ts';
export { fieldSchemaOf, type JsonSchema, jsonSchemaOf, type SchemaOptions } from './schema/json-schema.ts';

// For services and other libraries: JSON values.

export { dangerousKeys } from './dangerous-keys.ts';
export {
  isRawNumber,
  type JsonObject,
  type JsonValue,
  numberOf,
  parseJson,
  type RawNumber,
  stringifyJson,
} from './lossless.ts';
export { formatTimestamp, parseTimestamp } from './timestamps.ts';
