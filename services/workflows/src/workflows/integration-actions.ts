import type { JsonObject, Step } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { nearest } from '@drippulse/json';
import { actionsOf, checkPayload, findProvider, providers } from '@drippulse/providers';

/** Refuses steps with an action that no provider has, or with fields that the action does not accept. */
export function refuseActions(violations: Violation[]): void {
  const [first] = violations;
  if (first === undefined) return;
  throw new DomainError('invalid', 'unsupported_integration_action', first.message, { violations });
}

/**
 * Returns the problems of the actions of `integration_action` steps. Names and literals are checked; a template is
 * checked after the step has rendered it.
 */
export function actionProblems(steps: readonly Step[]): Violation[] {
  return steps.filter(({ type }) => type === 'integration_action').flatMap(problemsOf);
}

function problemsOf(step: Step): Violation[] {
  const { integration_id: integration, action: name, payload } = step.config;
  const provider = findProvider(String(integration));
  if (provider === undefined) {
    return [
      unknownName(
        step,
        'integration_id',
        String(integration),
        providers.map(({ key }) => key),
      ),
    ];
  }
  const actions = actionsOf(provider.key);
  const action = actions.find((one) => one.name === name);
  if (action === undefined)
    return [
      unknownName(
        step,
        'action',
        String(name),
        actions.map((one) => one.name),
        ` by ${provider.name}`,
      ),
    ];
  const given = (payload ?? {}) as JsonObject; // the step was read before, so its payload is an object
  return checkPayload(action, given).map(({ path, message, ...hints }) =>
    violationOf(step, ['payload', ...path].join('.'), message, hints),
  );
}

function unknownName(step: Step, key: string, name: string, allowed: string[], by = ''): Violation {
  const suggestion = nearest(name, allowed);
  const meant = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return violationOf(step, key, `is not supported${by}${meant}`, {
    code: 'enum',
    allowed,
    ...(suggestion !== undefined && { suggestion }),
  });
}

function violationOf(
  { position, type }: Step,
  key: string,
  phrase: string,
  hints: Pick<Violation, 'code' | 'allowed' | 'suggestion'>,
): Violation {
  const shown = key.slice(0, 200);
  return {
    field: `steps.${position}.config.${shown}`,
    message: `Step ${position} (${type}): ${shown} ${phrase}`,
    phrase,
    ...hints,
  };
}
