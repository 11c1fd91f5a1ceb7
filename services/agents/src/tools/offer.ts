import type { JsonObject } from '@drippulse/json';
import { findAction } from '../actions/catalog.ts';
import { type CallPlace, isOffered } from './check-call.ts';

/** A tool as a model is shown it. Its name has no dots, which some providers refuse. */
export type OfferedTool = { name: string; description: string; inputSchema: JsonObject };

/** The tools of an execution, in the order of their names, so that the same policy is the same bytes. */
export function offeredTools(place: Pick<CallPlace, 'policies' | 'hasEnrollment'>): OfferedTool[] {
  const [first] = place.policies;
  return [...(first?.actions ?? [])]
    .toSorted()
    .flatMap((name) => findAction(name) ?? [])
    .filter((action) => isOffered(action, place))
    .map(({ name, description, schema }) => ({ name: toolName(name), description, inputSchema: schema }));
}

/** `crm.create_lead` is `crm__create_lead` to a model. */
export function toolName(action: string): string {
  return action.replaceAll('.', '__');
}

/** The action that a model means. A name that it made up is no action. */
export function actionName(tool: string): string {
  return tool.replaceAll('__', '.');
}
