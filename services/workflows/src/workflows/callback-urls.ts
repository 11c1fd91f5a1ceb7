import type { Step } from '@drippulse/engine';
import type { Violation } from '@drippulse/errors';
import { checkUrl } from '@drippulse/http';
import { originOf, requestIn, secretsOf } from '@drippulse/secrets';

/** The rules for URLs, and how their names are looked up. Look-ups are few at once and end in time, see `LookUp`. */
export type UrlCheck = { allowPrivate: boolean; lookUp: (hostname: string) => Promise<string[] | undefined> };

/**
 * Problems of the URLs that steps will call, as their host names resolve now. A URL with a template is known only when
 * the step runs, so it is not checked here. Every address is checked again when the step connects.
 */
export async function callbackProblems(steps: readonly Step[], check: UrlCheck): Promise<Violation[]> {
  const found = await Promise.all(steps.map((step) => problemOf(step, check)));
  return found.filter((violation) => violation !== undefined);
}

async function problemOf({ type, position, config }: Step, check: UrlCheck): Promise<Violation | undefined> {
  const { url } = config;
  const isFixed = type === 'webhook_callback' && typeof url === 'string' && !/{[{%]/.test(url);
  const problem = isFixed ? await checkUrl(url, check) : undefined;
  if (problem === undefined) return undefined;
  return violationOf(position, type, `is refused: ${problem}`);
}

/**
 * Problems of steps that would send a credential wherever the data of a run say: who enrolls a contact would choose who
 * reads it.
 */
export function openHostProblems(steps: readonly Step[]): Violation[] {
  return steps.flatMap(({ type, position, config }) => {
    const request = requestIn(config);
    if (request.url === '' || originOf(request.url) !== undefined || secretsOf(request).length === 0) return [];
    const problem = 'has a template as its host, which must not get a credential: write the host into the URL';
    return [violationOf(position, type, problem)];
  });
}

function violationOf(position: number, type: string, phrase: string): Violation {
  const field = `steps.${position}.config.url`;
  return { field, message: `Step ${position} (${type}): url ${phrase}`, code: 'not_allowed', phrase };
}
