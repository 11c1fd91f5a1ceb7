import { Output, type Template, TypeGuards, toValueSync } from 'liquidjs';

/**
 * Names of the variables that a template writes out without a `default`: a missing one is worth a warning. Variables
 * that only tags ask for (`{% if phone %}`) are not.
 */
export function watchedVariables(templates: readonly Template[]): ReadonlySet<string> {
  const names = new Set<string>();
  collect(templates, names);
  return names;
}

function collect(templates: readonly Template[], names: Set<string>): void {
  for (const template of templates) {
    if (template instanceof Output) addNames(template, names);
    else if (template.children) collect(toValueSync(template.children(false, true)), names);
  }
}

function addNames(output: Output, names: Set<string>): void {
  if (output.value.filters[0]?.name === 'default') return;
  for (const token of output.value.initial.postfix) {
    if (TypeGuards.isPropertyAccessToken(token)) names.add(token.props.map(nameOf).join('.'));
  }
}

function nameOf(token: unknown): string {
  return typeof token === 'object' && token !== null && 'content' in token ? String(token.content) : '*';
}
