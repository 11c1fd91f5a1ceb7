import type { JsonObject } from '@drippulse/json';
import { findAction } from '../actions/catalog.ts';
import { type CallPlace, isOffered } from './check-call.ts';

/** A tool as shown to a model. The name has no dots, because some providers refuse dots. */
export type OfferedTool = { name: string; description: string; inputSchema: JsonObject };

/** Returns the tools of an execution, sorted by name, so that the same policy gives the same request bytes. */
export function offeredTools(place: Pick<CallPlace, 'policies' | 'hasEnrollment'>): OfferedTool[] {
  const [first] = place.policies;
  return [...(first?.actions ?? [])]
    .toSorted()
    .flatMap((name) => findAction(name) ?? [])
    .filter((action) => isOffered(action, place))
    .map(({ name, description, schema }) => ({ name: toolName(name), description, inputSchema: schema }));
}

/** Converts the name of an action: `crm.create_lead` becomes `crm__create_lead`. */
export function toolName(action: string): string {
  return action.replaceAll('.', '__');
}

/** Converts the name of a tool to the name of an action. A name that a model invented matches no action. */
export function actionName(tool: string): string {
  return tool.replaceAll('__', '.');
}
