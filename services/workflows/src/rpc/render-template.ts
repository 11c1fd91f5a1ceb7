import type { HandlerContext } from '@connectrpc/connect';
import { fixtures, type Rendered, renderInTurns } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import type { RenderTemplateRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { jsonText } from '../workflows/json-fields.ts';
import { readProfile } from '../workflows/run-test.ts';

const findWithinMs = 3_000;

/** Renders templates with the data of a person or a fixture. Nothing is written. */
export async function renderTemplate(ctx: Context, request: RenderTemplateRequest, call: HandlerContext) {
  const { template: text, subject, body } = request;
  requireTemplates(request);
  const timezone = readTimezone(request.timezone);
  const data = await dataOf(ctx, request, call);
  const rendering = renderInTurns({ text, subject, body }, { data, now: ctx.clock.now(), timezone });
  const rendered = await ctx.workplace.of(call)(rendering);
  if ('problems' in rendered) throw refusalOf(rendered.problems);
  const { texts, isHtml, warnings } = rendered;
  return { ...texts, ...(body !== undefined && { isHtml }), warnings };
}

/** Requires either a template, or the templates of a mail. */
function requireTemplates({ template, subject, body }: RenderTemplateRequest): void {
  if (template === undefined && subject === undefined && body === undefined) {
    const violations: Violation[] = [
      { field: 'template', message: 'is required, or subject and body', code: 'required' },
    ];
    const message = 'Required parameter missing: template, or subject and body';
    throw new DomainError('malformed', 'parameter_missing', message, { violations });
  }
  if (template === undefined || (subject === undefined && body === undefined)) return;
  const message = 'excludes subject and body';
  const violations: Violation[] = [{ field: 'template', message, code: 'not_allowed' }];
  throw new DomainError('invalid', 'validation_failed', `template ${message}`, { violations });
}

async function dataOf(ctx: Context, request: RenderTemplateRequest, call: HandlerContext): Promise<JsonObject> {
  const given = jsonText(request.contact);
  if (given !== undefined) return requireObject(parseJson(given));
  const { leadRef, fixtureProfile } = request;
  if (leadRef !== undefined && leadRef !== '') return findContact(ctx, leadRef, call);
  return fixtures[readProfile({ fixtureProfile })];
}

async function findContact(ctx: Context, leadRef: string, call: HandlerContext): Promise<JsonObject> {
  const client = ctx.clients.runtime(callerOf(call), call);
  const { contact } = await client.findContact({ leadRef }, { timeoutMs: findWithinMs }).catch((error: unknown) => {
    throw fromConnectError(error);
  });
  const text = jsonText(contact);
  if (text !== undefined) return requireObject(parseJson(text));
  throw new DomainError('not_found', 'contact_not_found', 'Nobody has this reference.');
}

function requireObject(value: JsonValue): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)) return value;
  const violations: Violation[] = [{ field: 'contact', message: 'must be an object', code: 'type' }];
  throw new DomainError('invalid', 'validation_failed', 'contact must be an object', { violations });
}

type Problems = Extract<Rendered, { problems: unknown }>['problems'];

function refusalOf(problems: Problems): DomainError {
  const violations = problems.map(({ member, message, isInvalid }): Violation => {
    return { field: member === 'text' ? 'template' : member, message, code: isInvalid ? 'format' : 'invalid' };
  });
  const [first] = violations;
  const reason = problems.every(({ isInvalid }) => isInvalid) ? 'validation_failed' : 'template_not_rendered';
  return new DomainError('invalid', reason, `${first?.field ?? 'template'} ${first?.message ?? ''}`, { violations });
}

function readTimezone(timezone: string | undefined): string {
  if (timezone === undefined || timezone === '') return 'UTC';
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return timezone;
  } catch (cause) {
    const message = 'must be an IANA time zone such as Europe/Berlin';
    const violations: Violation[] = [{ field: 'timezone', message, code: 'format' }];
    throw new DomainError('invalid', 'invalid_timezone', `timezone ${message}`, { violations, cause });
  }
}
