import { type JsonObject, stringifyJson } from '@drippulse/json';
import { originOf, secretsOf } from '@drippulse/secrets';
import { z } from 'zod';
import { choice, config, formatCode, jsonTemplate, number, template } from '../parameters.ts';
import { StepFailure } from '../step-failure.ts';
import type { Compiling } from '../templates/compiling.ts';
import { compileJson } from '../templates/json-template.ts';
import type { Scope } from '../templates/scope.ts';
import { compileText, isTemplate } from '../templates/template.ts';
import { defineStep } from './define-step.ts';
import { effectShape, policyOf } from './effect-policy.ts';
import type { StubbedEffect } from './step-type.ts';

const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
/** Headers that the platform or the connection sets. */
const reservedHeader =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|idempotency-key|drippulse-chain|webhook-(id|timestamp|signature))$/i;

const headers = z.record(z.string(), template()).superRefine((given, context) => {
  for (const name of Object.keys(given)) {
    const problem = headerProblem(name);
    if (problem) context.addIssue({ code: 'custom', path: [name], message: problem, params: { code: 'not_allowed' } });
  }
});

const callbackConfig = config({
  url: template()
    .min(1)
    .refine((url) => isTemplate(url) || isHttpUrl(url), {
      message: 'must be an http or https URL without user name',
      params: formatCode,
    })
    .describe('Where the request goes.'),
  method: choice(['POST', 'PUT', 'PATCH', 'GET', 'DELETE']).default('POST').describe('HTTP method.'),
  headers: headers.default({}).describe('Further headers, by name; values may be templates.'),
  payload: jsonTemplate()
    .optional()
    .describe('The JSON body as it stands; its strings may be templates and stay strings.'),
  timeout_seconds: number(z.number().min(1).max(60)).default(15).describe('Time for the whole request.'),
  sign_with: z
    .union([number(z.int().min(1)), z.string().regex(/^\d{1,16}$/, 'must be the id of a webhook')])
    .optional()
    .describe('Id of a webhook subscription whose secret signs the request.'),
  ...effectShape,
});

/** Calls an HTTP endpoint. */
export const webhookCallbackStep = defineStep({
  type: 'webhook_callback',
  label: 'Outbound Webhook',
  category: 'action',
  description: 'Calls an HTTP endpoint. The same Idempotency-Key is sent on every repeat.',
  outputs: ['response'],
  config: callbackConfig,
  example: {
    name: 'Tell the CRM',
    config: { url: 'https://hooks.example.com/leads', payload: { email: '{{ email }}', source: 'drippulse' } },
  },
  compile(config, { compiling }) {
    const request = compileRequest(config, compiling);
    return (scope) => ({ kind: 'effect', request: request(scope) });
  },
  // `url` and `headers` are not shown, because they may contain secrets.
  effect: { kind: 'webhook_callback', shows: ['method', 'body'], policy: policyOf, stub: describeCallback },
});

/** Renders the complete request, so that each attempt sends the same bytes. */
function compileRequest(config: z.output<typeof callbackConfig>, compiling: Compiling): (scope: Scope) => JsonObject {
  const { method, timeout_seconds, sign_with = null } = config;
  const url = compileUrl(config, compiling);
  const payload = config.payload === undefined ? undefined : compileJson(config.payload, compiling);
  const headers = Object.entries(withContentType(config.headers, payload !== undefined));
  const renderedHeaders = headers.map(([name, value]) => [name, compileText(value, compiling)] as const);
  return (scope) => ({
    method,
    url: url(scope),
    headers: Object.fromEntries(renderedHeaders.map(([name, render]) => [name, headerValue(render(scope))])),
    body: payload === undefined ? null : stringifyJson(payload(scope)),
    timeout_seconds,
    sign_with: sign_with === null ? null : String(sign_with),
  });
}

/**
 * Renders the URL. A credential is sent only to the origin that the step states literally. Steps that break this rule
 * can no longer be saved, but steps that were saved under a looser rule still run.
 */
function compileUrl({ url, headers }: z.output<typeof callbackConfig>, compiling: Compiling): (scope: Scope) => string {
  const render = compileText(url, compiling);
  const hasCredential = secretsOf({ url, headers }).length > 0;
  const written = originOf(url);
  return (scope) => {
    const { href, origin } = readUrl(render(scope));
    if (hasCredential && origin !== written)
      throw new StepFailure('url gets its host from the data, which must not get a credential');
    return href;
  };
}

function readUrl(text: string): URL {
  if (isHttpUrl(text)) return new URL(text);
  // The query is left out, because viewers can read the timeline and a query may contain a secret.
  throw new StepFailure(`url must be an http or https URL, but it is "${withoutQuery(text).slice(0, 200)}"`);
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

function headerProblem(name: string): string | undefined {
  if (!headerName.test(name)) return 'is not a header name';
  return reservedHeader.test(name) ? 'is set by the platform' : undefined;
}

function withContentType(headers: Record<string, string>, hasBody: boolean): Record<string, string> {
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return hasBody && !isGiven ? { 'content-type': 'application/json', ...headers } : headers;
}

/** Reduces a string to one line of printable characters, so that a value cannot add headers. */
function headerValue(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]+/g, ' ').trim();
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

function describeCallback({ method, url, body }: JsonObject): StubbedEffect {
  const message = `Would send ${String(method)} ${withoutQuery(String(url))}`;
  return {
    preview: body === null ? 'no body' : `body: ${String(body)}`,
    result: { outcome: 'succeeded', message, output: { response: { status: 200, body: '' } } },
  };
}
