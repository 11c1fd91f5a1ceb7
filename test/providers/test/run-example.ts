import type {
  Action,
  ActionPlace,
  Credentials,
  Provider,
  ProviderAnswer,
  ProviderRequest,
  Verdict,
} from '@drippulse/providers';
import { type FakeAnswer, type FakeRequest, type fakes, runFake, sampleCredentials } from '../src/index.ts';

/** A fake with a state of any type. */
export type SomeFake = Parameters<typeof runFake<unknown>>[0];
export type SomeRunning = ReturnType<typeof runFake<unknown>>;

export function start(fake: (typeof fakes)[keyof typeof fakes]): SomeRunning {
  const running = runFake(fake as unknown as SomeFake);
  running.addExamples();
  return running;
}

/** Converts a request with its credentials to the form that a fake receives. */
export function toFakeRequest(provider: Provider, request: ProviderRequest, credentials?: Credentials): FakeRequest {
  const own = credentials ?? sampleCredentials[provider.key];
  const origin = provider.hosts[request.host]?.originOf(own);
  const signature = provider.sign(own, request);
  if (origin === undefined || signature === null)
    throw new Error(`${provider.key} lacks credentials for ${request.path}`);
  const url = new URL(request.url ?? `${origin}${request.path}`);
  const pairs = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined)
      .map((one): [string, string] => [name, String(one)]),
  );
  const { text, type } = bodyOf(request);
  const headers = { ...(type !== undefined && { 'content-type': type }), ...request.headers, ...signature };
  return {
    method: request.method,
    host: url.hostname,
    path: url.pathname,
    query: [...url.searchParams, ...(request.url === undefined ? pairs : [])],
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    text,
  };
}

function bodyOf({ body }: ProviderRequest): { text: string; type?: string } {
  if (body === undefined) return { text: '' };
  if ('json' in body) return { text: JSON.stringify(body.json), type: 'application/json' };
  if ('form' in body)
    return {
      text: new URLSearchParams(body.form.map(([name, value]): [string, string] => [name, value])).toString(),
      type: 'application/x-www-form-urlencoded',
    };
  return { text: body.text, type: body.type };
}

/** Converts the response of a fake to the form that an executor reads. */
export function toProviderAnswer({ status = 200, headers = {}, body, text }: FakeAnswer): ProviderAnswer {
  return {
    status,
    headers,
    body: (text ?? (body === undefined ? null : JSON.parse(JSON.stringify(body)))) as ProviderAnswer['body'],
  };
}

export function judgeAnswer(provider: Provider, request: ProviderRequest, answer: ProviderAnswer): Verdict {
  return request.isDone?.(answer) ? { class: 'done' } : provider.judge(answer, request);
}

export const place = (provider: Provider, more: Partial<ActionPlace> = {}): ActionPlace => ({
  key: 'enrollment:1:step:2:visit:1',
  mayHaveHappened: false,
  plannedAt: new Date('2026-11-27T07:00:00Z'),
  settings: Object.fromEntries(
    provider.credentials
      .filter(({ isSecret }) => !isSecret)
      .map(({ name }) => [name, sampleCredentials[provider.key][name] ?? '']),
  ),
  given: Object.keys(sampleCredentials[provider.key]),
  ...more,
});

/** Thrown when the fake refuses a request of an action. */
export class Refused extends Error {}

/**
 * Runs an action against a fake. Returns the output and the requests. `change` may alter a request before it is sent.
 */
export function runAction(
  provider: Provider,
  { action, input, at = place(provider) }: { action: Action; input: unknown; at?: ActionPlace },
  running: SomeRunning,
  change: (request: FakeRequest, index: number) => FakeRequest = (request) => request,
): { output: unknown; sent: FakeRequest[] } {
  const calls = action.perform(action.input.parse(input), at);
  const sent: FakeRequest[] = [];
  for (let step = calls.next(); ; ) {
    if (step.done === true) return { output: step.value, sent };
    const request = change(toFakeRequest(provider, step.value), sent.length);
    sent.push(request);
    const { answer } = running.answer(request);
    const verdict = judgeAnswer(provider, step.value, toProviderAnswer(answer));
    const problems = running.requests().at(-1)?.problems ?? [];
    if (problems.length > 0) throw new Refused(problems.join('; '));
    if ('problem' in verdict) throw new Refused(`${verdict.class}: ${verdict.problem.message}`);
    step = calls.next(toProviderAnswer(answer));
  }
}

/** Returns the output. Throws if the output has members that the action does not declare. */
export function readOutput({ output: schema }: Action, output: unknown): unknown {
  return (schema.def.catchall === undefined ? schema.strict() : schema).parse(output);
}
