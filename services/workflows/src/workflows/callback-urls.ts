import type { Step } from '@drippulse/engine';
import type { Violation } from '@drippulse/errors';
import { checkUrl } from '@drippulse/http';
import { originOf, requestIn, secretsOf } from '@drippulse/secrets';

/** Rules for URLs, and the look-up of their host names. Look-ups are limited in number and time; see `LookUp`. */
export type UrlCheck = { allowPrivate: boolean; lookUp: (hostname: string) => Promise<string[] | undefined> };

/**
 * Finds problems of the URLs that steps will call, by the current addresses of their hosts. A URL with a template is
 * not checked here, because it is known only when the step runs. Every address is checked again when the step connects.
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
 * Finds steps that would send a credential to a host that comes from the data of a run. The person who enrolls a
 * contact could then choose who gets the credential.
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
