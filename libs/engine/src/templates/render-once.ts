import type { JsonObject } from '@drippulse/json';
import { atOnce, type InTurns } from '../in-turns.ts';
import { createMeter } from '../meter.ts';
import { StepFailure } from '../step-failure.ts';
import { definitionBounds, startCompiling, TooManyTags } from './compiling.ts';
import type { Scope } from './scope.ts';
import { compileHtml, compileText, NotATemplate, type Template } from './template.ts';

/** Templates that a person is writing, by the names of their members. */
export type RenderInput = { text?: string | undefined; subject?: string | undefined; body?: string | undefined };

/** The texts, or the reasons why they cannot be rendered: a template is not valid, or fails with these data. */
export type Rendered = { texts: RenderInput; isHtml: boolean; warnings: string[] } | { problems: Problem[] };

type Fault = { message: string; isInvalid: boolean };
type Problem = Fault & { member: keyof RenderInput };

/** Whether a body is HTML, that is, contains a tag. */
export function isHtmlBody(body: string): boolean {
  return /<[a-z!/]/i.test(body);
}

/** Joins lines, so that a value cannot add header fields. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\t\0]+/g, ' ').trim();
}

/** Renders templates as a step does: each by itself, with one step's budget for all of them. */
export function renderOnce(input: RenderInput, o: { data: JsonObject; now: Date; timezone: string }): Rendered {
  return atOnce(renderInTurns(input, o));
}

/** Does the work of `renderOnce` in turns. */
export function* renderInTurns(
  input: RenderInput,
  o: { data: JsonObject; now: Date; timezone: string },
): InTurns<Rendered> {
  const given = (['text', 'subject', 'body'] as const).filter((member) => input[member] !== undefined);
  const isHtml = isHtmlBody(input.body ?? '');
  const compiling = startCompiling(createMeter(), definitionBounds);
  const templates: { member: keyof RenderInput; render: Template }[] = [];
  const problems: Problem[] = [];
  for (const member of given) {
    const before = compiling.meter.spent;
    const compile = member === 'body' && isHtml ? compileHtml : compileText;
    try {
      templates.push({ member, render: compile(input[member] ?? '', compiling) });
    } catch (error) {
      problems.push({ member, ...problemOf(error) });
    }
    yield compiling.meter.spent - before;
  }
  if (problems.length > 0) return { problems };
  const scope: Scope = { ...o, now: o.now.getTime(), contactKey: '', warnings: new Set(), meter: createMeter() };
  const texts: RenderInput = {};
  for (const { member, render } of templates) {
    const before = scope.meter.spent;
    const rendered = textOf(render, scope);
    yield scope.meter.spent - before;
    if (typeof rendered !== 'string') return { problems: [{ member, ...rendered }] };
    texts[member] = member === 'subject' ? oneLine(rendered) : rendered;
  }
  return { texts, isHtml, warnings: [...scope.warnings] };
}

function textOf(render: Template, scope: Scope): string | Fault {
  try {
    return render(scope);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return { message: error.message, isInvalid: false };
  }
}

/** Returns the problem of a template that cannot be compiled, as the end of a sentence. */
function problemOf(error: unknown): Fault {
  if (error instanceof NotATemplate) return { message: `is not a valid template: ${error.reason}`, isInvalid: true };
  if (error instanceof TooManyTags) return { message: error.message, isInvalid: true };
  if (error instanceof StepFailure) return { message: error.message, isInvalid: false };
  throw error;
}
