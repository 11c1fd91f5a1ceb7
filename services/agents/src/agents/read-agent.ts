import type { Violation } from '@drippulse/errors';
import type { CodeRegistry } from '../code/code.ts';
import { type ReadObject, readObject } from '../json-objects.ts';
import { configurationProblems } from '../templates/content.ts';
import { lengthProblem } from '../templates/names.ts';
import type { TemplateRow } from '../templates/rows.ts';
import { mergedConfiguration } from './definition.ts';

const maxConfigurationBytes = 32 * 1024;

export function agentNameProblems(name: string | undefined): Violation[] {
  if (name === undefined) return [{ field: 'name', message: 'is required', code: 'required' }];
  return lengthProblem('name', name, 1, 255);
}

export function readConfiguration(bytes: Uint8Array | undefined): ReadObject | { violation: Violation } {
  return readObject(bytes, { field: 'configuration', maxBytes: maxConfigurationBytes });
}

/** Merges an agent's own configuration over the template's configuration, and returns the violations of the result. */
export function ownConfigurationProblems(
  code: CodeRegistry,
  template: TemplateRow | undefined,
  configuration: string,
): Violation[] {
  if (template === undefined) return [];
  const merged = mergedConfiguration(template, configuration);
  return configurationProblems(merged, template.kind, code, 'configuration');
}
