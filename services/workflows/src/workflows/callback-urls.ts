import type { Step } from '@drippulse/engine';
import { checkUrl } from '@drippulse/http';
import type { Violation } from '@drippulse/runtime';

const checkedAtOnce = 20;

/**
 * What is wrong with the URLs that callbacks go to. One that holds a template is known only when it runs; every one is
 * judged again at connect.
 */
export async function callbackProblems(steps: readonly Step[], allowPrivate: boolean): Promise<Violation[]> {
  const urls = [...new Set(steps.map(fixedUrl).filter((url) => url !== undefined))];
  const problems = new Map<string, string>();
  for (let start = 0; start < urls.length; start += checkedAtOnce) {
    const slice = urls.slice(start, start + checkedAtOnce);
    const found = await Promise.all(slice.map((url) => checkUrl(url, { allowPrivate })));
    found.forEach((problem, index) => {
      const url = slice[index];
      if (problem !== undefined && url !== undefined) problems.set(url, problem);
    });
  }
  return steps.flatMap((step, index) => {
    const problem = problems.get(fixedUrl(step) ?? '');
    if (problem === undefined) return [];
    return [{ field: `steps.${index}.config.url`, message: `Step ${index} (${step.type}): url: ${problem}` }];
  });
}

function fixedUrl(step: Step): string | undefined {
  const { url } = step.config;
  const isFixed = step.type === 'webhook_callback' && typeof url === 'string' && !/{[{%]/.test(url);
  return isFixed ? url : undefined;
}
