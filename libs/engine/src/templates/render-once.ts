import type { JsonObject } from '@drippulse/json';
import { createMeter } from '../meter.ts';
import { StepFailure } from '../step-failure.ts';
import type { Scope } from './scope.ts';
import { compileHtml, compileText, templateProblem } from './template.ts';

/** Templates of a person who writes them, each with the name of its member. */
export type RenderInput = { text?: string | undefined; subject?: string | undefined; body?: string | undefined };

/** The texts, or why they can't be rendered: a template that is not valid, or that fails with these data. */
export type Rendered =
  | { texts: RenderInput; isHtml: boolean; warnings: string[] }
  | { problems: { member: keyof RenderInput; message: string; isInvalid: boolean }[] };

/** Whether a body is HTML: it has a tag. */
export function isHtmlBody(body: string): boolean {
  return /<[a-z!/]/i.test(body);
}

/** Joins lines, so that a value can't add header fields. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\t\0]+/g, ' ').trim();
}

/** Renders templates as a step renders them: each by itself, with the work of one step for all. */
export function renderOnce(input: RenderInput, o: { data: JsonObject; now: Date; timezone: string }): Rendered {
  const given = (['text', 'subject', 'body'] as const).filter((member) => input[member] !== undefined);
  const invalid = given.flatMap((member) => {
    const problem = templateProblem(input[member] ?? '');
    return problem === undefined ? [] : [{ member, message: `is not a valid template: ${problem}`, isInvalid: true }];
  });
  if (invalid.length > 0) return { problems: invalid };
  const scope: Scope = { ...o, now: o.now.getTime(), contactKey: '', warnings: new Set(), meter: createMeter() };
  const isHtml = isHtmlBody(input.body ?? '');
  const texts: RenderInput = {};
  for (const member of given) {
    const compile = member === 'body' && isHtml ? compileHtml : compileText;
    try {
      const text = compile(input[member] ?? '')(scope);
      texts[member] = member === 'subject' ? oneLine(text) : text;
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      return { problems: [{ member, message: error.message, isInvalid: false }] };
    }
  }
  return { texts, isHtml, warnings: [...scope.warnings] };
}
