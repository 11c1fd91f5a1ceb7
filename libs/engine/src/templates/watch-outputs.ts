import { Output, type Template, toValueSync } from 'liquidjs';
import { RenderContext } from './render-context.ts';

/**
 * Makes the outputs of a parsed template report a missing variable, except those with a `default`. Variables in tags
 * (`{% if phone %}`) are not reported.
 */
export function watchOutputs(templates: readonly Template[]): void {
  for (const template of templates) {
    if (template instanceof Output) watch(template);
    else if (template.children) watchOutputs(toValueSync(template.children(false, true)));
  }
}

function watch({ value: { initial, filters } }: Output): void {
  if (filters[0]?.name === 'default') return;
  const evaluate = initial.evaluate.bind(initial);
  initial.evaluate = function* (context, lenient) {
    if (context instanceof RenderContext) context.isWatching = true;
    const value = yield* evaluate(context, lenient);
    if (context instanceof RenderContext) context.isWatching = false;
    return value;
  };
}
