import { maskRequest, type RequestTexts } from './mask.ts';

/** Seals and opens texts. It is the service's sealer. */
type Sealer = {
  seal(secret: Uint8Array, context: string): Buffer;
  open(box: Uint8Array, context: string): Buffer;
};

/** Returns the request in an object with the members `url` and `headers`, such as the config of a step. */
export function requestIn(holder: object): RequestTexts {
  const url: unknown = Reflect.get(holder, 'url');
  const headers: unknown = Reflect.get(holder, 'headers');
  const isObject = typeof headers === 'object' && headers !== null && !Array.isArray(headers);
  return {
    url: typeof url === 'string' ? url : '',
    headers: Object.fromEntries(
      Object.entries(isObject ? headers : {}).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
  };
}

/**
 * Returns a copy of the object with the URL and headers of its request replaced. Absent members stay absent, and the
 * order of members is kept.
 */
export function withRequest<H extends object>(holder: H, { url, headers }: RequestTexts): H {
  const own: unknown = Reflect.get(holder, 'headers');
  return {
    ...holder,
    ...(typeof Reflect.get(holder, 'url') === 'string' && { url }),
    ...(Object.keys(headers).length > 0 && typeof own === 'object' && { headers: { ...own, ...headers } }),
  };
}

/** Returns the object as people may see it, and its original texts if they differ from the shown ones. */
export function hide<H extends object>(holder: H): { shown: H; hidden: RequestTexts | undefined } {
  const request = requestIn(holder);
  const masked = maskRequest(request);
  const isSame =
    masked.url === request.url &&
    Object.entries(masked.headers).every(([name, value]) => value === request.headers[name]);
  return isSame ? { shown: holder, hidden: undefined } : { shown: withRequest(holder, masked), hidden: request };
}

/** Returns the steps of a workflow with the texts of their configs hidden, and the hidden texts by step id. */
export function hideConfigs<S extends { id: string; config: object }>(
  steps: readonly S[],
): { shown: S[]; hidden: Map<string, RequestTexts> } {
  const hidden = new Map<string, RequestTexts>();
  const shown = steps.map((step) => {
    const config = hide(step.config);
    if (config.hidden === undefined) return step;
    hidden.set(step.id, config.hidden);
    return { ...step, config: config.shown };
  });
  return { shown, hidden };
}

/** Returns the steps with their original texts restored. */
export function revealConfigs<S extends { id: string; config: object }>(
  steps: readonly S[],
  hidden: ReadonlyMap<string, RequestTexts>,
): S[] {
  return steps.map((step) => {
    const request = hidden.get(step.id);
    return request === undefined ? step : { ...step, config: withRequest(step.config, request) };
  });
}

/**
 * Seals the hidden texts of several objects, by the ids of the objects, in one box. Returns null when nothing is
 * hidden.
 */
export function sealHidden(sealer: Sealer, context: string, hidden: ReadonlyMap<string, RequestTexts>): Buffer | null {
  return hidden.size === 0 ? null : sealer.seal(Buffer.from(JSON.stringify([...hidden])), context);
}

/** Returns the texts in a box of `sealHidden`. */
export function openHidden(sealer: Sealer, context: string, box: Uint8Array | null): Map<string, RequestTexts> {
  return new Map(box === null ? [] : (JSON.parse(sealer.open(box, context).toString()) as [string, RequestTexts][]));
}

/** Returns the context with which a workflow's steps are sealed. Two services use it: workflows and enrollments. */
export function stepsContext(workflowId: bigint): string {
  return `workflow steps:${workflowId}`;
}
