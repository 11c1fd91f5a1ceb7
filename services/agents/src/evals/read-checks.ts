import type { Violation } from '@drippulse/errors';
import { nearest, parseJson } from '@drippulse/json';
import type { AgentEvalCheck } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { catalog, findAction } from '../actions/catalog.ts';
import type { Check } from './checks.ts';

const mostChecks = 20;
const longestPath = 255;
const longestText = 1_000;
const longestValue = 4 * 1024;

/** Reads the checks of a request, or returns their violations. */
export function readChecks(given: readonly AgentEvalCheck[]): { checks: Check[] } | { violations: Violation[] } {
  if (given.length > mostChecks) {
    const message = `must have at most ${mostChecks} items`;
    return { violations: [{ field: 'checks', message, code: 'length' }] };
  }
  const checks = given.map(checkOf);
  const violations = checks.flatMap((check, index) => violationsOf(check, `checks.${index}`));
  return violations.length > 0 ? { violations } : { checks };
}

function checkOf({ path, equals, min, max, contains, notContains, calls, callsNot }: AgentEvalCheck): Check {
  return {
    ...(path !== undefined && { path }),
    ...(equals !== undefined && { equals: parseJson(Buffer.from(equals).toString()) }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(contains !== undefined && { contains }),
    ...(notContains !== undefined && { not_contains: notContains }),
    ...(calls !== undefined && { calls }),
    ...(callsNot !== undefined && { calls_not: callsNot }),
  };
}

function violationsOf(check: Check, field: string): Violation[] {
  const { path, equals, min, max, contains, not_contains: without, calls, calls_not: callsNot } = check;
  const ofMember = [equals, min, max, contains, without].some((value) => value !== undefined);
  const ofCalls = calls !== undefined || callsNot !== undefined;
  const isTooLong = equals !== undefined && JSON.stringify(equals).length > longestValue;
  return [
    ...(ofMember || ofCalls ? [] : [{ field, message: 'must contain a check', code: 'required' as const }]),
    ...(ofCalls && path !== undefined
      ? [{ field: `${field}.path`, message: 'is not for calls', code: 'not_allowed' as const }]
      : []),
    ...lengthProblem(`${field}.path`, path, longestPath),
    ...lengthProblem(`${field}.contains`, contains, longestText),
    ...lengthProblem(`${field}.not_contains`, without, longestText),
    ...(isTooLong
      ? [{ field: `${field}.equals`, message: 'must be at most 4 KiB long', code: 'length' as const }]
      : []),
    ...actionProblem(`${field}.calls`, calls),
    ...actionProblem(`${field}.calls_not`, callsNot),
  ];
}

function lengthProblem(field: string, text: string | undefined, most: number): Violation[] {
  if (text === undefined || (text.length >= 1 && text.length <= most)) return [];
  return [{ field, message: `must have 1 to ${most} characters`, code: 'length' }];
}

function actionProblem(field: string, name: string | undefined): Violation[] {
  if (name === undefined || findAction(name) !== undefined) return [];
  const suggestion = nearest(name, catalog().keys());
  return [{ field, message: 'is not an action', code: 'enum', ...(suggestion !== undefined && { suggestion }) }];
}
