import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
  getOption,
  hasOption,
} from '@bufbuild/protobuf';
import { fieldRest } from '@drippulse/json';
import { Body, Idempotency, type MethodRest, rest } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { http } from '@drippulse/proto/google/api/annotations_pb';
import type { HttpRule } from '@drippulse/proto/google/api/http_pb';
import { type Validator, validatorOf } from './validator.ts';

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';

/** One segment of a path template: literal text, or the name of the field that takes its value. */
export type Segment = { literal: string } | { parameter: string };

/** One HTTP method and path, and the RPC behind it. */
export type Route = {
  httpMethod: HttpMethod;
  /** Path template as written in the proto, such as `/api/v1/workflows/{id}`. */
  template: string;
  segments: Segment[];
  method: DescMethod;
  rest: MethodRest;
  /** True when the HTTP rule maps a body. */
  hasBody: boolean;
  /** Request field for the raw body or its pieces (BODY_RAW, BODY_STREAM). */
  bodyField?: DescField;
  /**
   * Response field that becomes the whole HTTP response; absent if the response message itself becomes the HTTP
   * response.
   */
  responseField?: DescField;
  /** True when a response contains a list of messages at any depth, so that it may be large. */
  hasList: boolean;
  /** True when a response may contain a credential. */
  hasSecret: boolean;
  /** True for a list, which is a read whose response itself has rows. */
  isList: boolean;
  /** The validator that makes the ETag of responses; absent if responses have no ETag. */
  validator?: Validator;
  /** Route that shows the row which this route changes. `If-Match` compares with that row. */
  shown?: Route;
  /** False for the additional bindings of a method. */
  isPrimary: boolean;
};

/** Returns the routes of a service's public methods: those with a `google.api.http` rule and the rest option. */
export function routesOf(service: DescService): Route[] {
  return service.methods.filter((method) => hasOption(method, http)).flatMap(routesOfMethod);
}

function routesOfMethod(method: DescMethod): Route[] {
  if (!hasOption(method, rest)) throw new Error(`${method.toString()} has an HTTP rule but no rest option`);
  const rule = getOption(method, http);
  return [rule, ...rule.additionalBindings].map((binding, index) => routeOf(method, binding, index === 0));
}

function routeOf(method: DescMethod, rule: HttpRule, isPrimary: boolean): Route {
  const { case: verb, value: template } = rule.pattern;
  if (verb === undefined || verb === 'custom') throw new Error(`${method.toString()} has no HTTP method`);
  if (method.methodKind === 'bidi_streaming') throw new Error(`${method.toString()} cannot be served over HTTP`);
  const methodRest = getOption(method, rest);
  const segments = segmentsOf(template);
  const responseField = rule.responseBody === '' ? undefined : fieldNamed(method, 'output', rule.responseBody);
  const validator = validatorOf(method, verb, responseField);
  const shown = shownRoute(method, methodRest);
  for (const segment of segments) {
    if ('parameter' in segment) fieldNamed(method, 'input', segment.parameter);
  }
  const isRaw = methodRest.body === Body.RAW || methodRest.body === Body.STREAM;
  if (!isRaw && rule.body !== '' && rule.body !== '*') {
    throw new Error(`${method.toString()}: a JSON body maps to the whole message (body: "*")`);
  }
  return {
    httpMethod: verb.toUpperCase() as HttpMethod, // `verb` is a case of the oneof, named like an HTTP method
    template,
    segments,
    method,
    rest: methodRest,
    hasBody: rule.body !== '',
    ...(isRaw && { bodyField: fieldNamed(method, 'input', rule.body) }),
    ...(responseField && { responseField }),
    hasList: hasWithin(method.output, isListOfMessages),
    hasSecret: hasWithin(method.output, (field) => fieldRest(field).secret),
    isList: verb === 'get' && rule.responseBody === '' && method.output.fields.some(isListOfMessages),
    ...(validator && { validator }),
    ...(shown && { shown }),
    isPrimary,
  };
}

/** Returns the primary route of the method that `shown_by` names. */
function shownRoute(method: DescMethod, { shownBy }: MethodRest): Route | undefined {
  if (shownBy === '' || shownBy === 'none') return undefined;
  const shown = method.parent.methods.find(({ name }) => name === shownBy);
  if (shown === undefined) throw new Error(`${method.toString()}: there is no ${shownBy} in its service`);
  return routesOfMethod(shown)[0];
}

function segmentsOf(template: string): Segment[] {
  return template
    .split('/')
    .slice(1)
    .map((text) => {
      const parameter = /^\{([a-z][a-z0-9_]*)\}$/.exec(text)?.[1];
      if (parameter !== undefined) return { parameter };
      if (/[{}*:=]/.test(text)) throw new Error(`The path ${template} uses more than plain segments`);
      return { literal: text };
    });
}

function fieldNamed(method: DescMethod, side: 'input' | 'output', name: string): DescField {
  const field = method[side].fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`${method.toString()}: ${method[side].typeName} has no field ${name}`);
  return field;
}

function isListOfMessages({ fieldKind, message }: DescField): boolean {
  return fieldKind === 'list' && message !== undefined;
}

/** Whether a message has, at any depth, a field for which `isOne` is true. */
function hasWithin(
  { fields }: DescMessage,
  isOne: (field: DescField) => boolean,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  return fields.some((field) => {
    if (isOne(field)) return true;
    const { message } = field;
    return (
      message !== undefined &&
      !seen.has(message.typeName) &&
      hasWithin(message, isOne, new Set([...seen, message.typeName]))
    );
  });
}

/** Pattern of an `Idempotency-Key`: 1 to 255 visible ASCII characters, quoted or bare. */
export const idempotencyKeyPattern = /^(?!""$)(?:"[!-~]{1,255}"|[!-~]{1,255})$/;

export function isRepeatable({ rest: { idempotency } }: Route): boolean {
  return idempotency === Idempotency.TRANSACTION || idempotency === Idempotency.DURABLE;
}

/** Whether the responses of a route are raw bytes. */
export function answersRaw({ method, responseField }: Route): boolean {
  const desc = responseField === undefined ? method.output : responseField.message;
  return desc?.typeName === 'google.api.HttpBody';
}
