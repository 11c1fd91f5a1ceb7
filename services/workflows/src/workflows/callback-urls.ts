import type { Step } from '@drippulse/engine';
import type { Violation } from '@drippulse/errors';
import { checkUrl } from '@drippulse/http';

const checkedAtOnce = 20;

/**
 * Problems of the URLs that steps will call, as their host names resolve now. A URL with a template is known only when the
 * step runs, so it is not checked here. Every address is checked again when the step connects.
 */
export async function callbackProblems(steps: readonly Step[], allowPrivate: boolean): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (let start = 0; start < steps.length; start += checkedAtOnce) {
    const slice = steps.slice(start, start + checkedAtOnce);
    const found = await Promise.all(slice.map((step) => problemOf(step, allowPrivate)));
    violations.push(...found.filter((violation) => violation !== undefined));
  }
  return violations;
}

async function problemOf({ type, position, config }: Step, allowPrivate: boolean): Promise<Violation | undefined> {
  const { url } = config;
  const isFixed = type === 'webhook_callback' && typeof url === 'string' && !/{[{%]/.test(url);
  const problem = isFixed ? await checkUrl(url, { allowPrivate }) : undefined;
  if (problem === undefined) return undefined;
  return { field: `steps.${position}.config.url`, message: `Step ${position} (${type}): url is refused: ${problem}` };
}
