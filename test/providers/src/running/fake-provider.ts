import type { ProviderKey } from '@drippulse/providers';
import { answerProblem } from '../descriptions/check-answer.ts';
import { checkRequest } from '../descriptions/check-request.ts';
import { findOperation } from '../descriptions/find-operation.ts';
import { descriptionOf, type Operation } from '../descriptions/load.ts';
import { type Failure, hasAnswer, makeScript } from '../failures.ts';
import type { Fake, FakeAnswer, FakeRequest } from '../fake.ts';

/** A request that a fake provider received. */
export type RecordedRequest = FakeRequest & {
  /** Number of earlier requests to the provider. */
  index: number;
  /** Method and path, such as `POST /chat.postMessage`; `unknown` if the description has no such operation. */
  operation: string;
  /** The JSON or form in the body. */
  body: unknown;
  /** The token or key in the header `Authorization`, without its scheme. */
  token: string | undefined;
  /** The request's deviations from the description. */
  problems: readonly string[];
};

/** A running fake provider. Tests may read and set its state. */
export type FakeProvider<State> = {
  readonly state: State;
  /** Returns the requests so far, or only those of one operation. */
  requests(operation?: string): readonly RecordedRequest[];
  /** Returns how many times each effect really happened. */
  effects(): ReadonlyMap<string, number>;
  /** Sets the failures of the next requests. For each request, the first failure that matches it is used. */
  fail(...failures: Failure[]): void;
  /** Refuses these tokens from now on. */
  refuse(...tokens: string[]): void;
  /** Clears requests, effects, failures, refused tokens and state. */
  reset(): void;
  /** Adds the objects that the examples of the actions use. */
  addExamples(): void;
};

/** The end of a request: a response, or a connection that is closed or stays silent. */
export type Ending = { answer: FakeAnswer; delayMs: number; cut: 'reset' | 'hang' | undefined };

/** A fake provider that is called without a network. `answer` returns immediately. */
export type Running<State> = FakeProvider<State> & { key: ProviderKey; answer(request: FakeRequest): Ending };

export function runFake<State>(fake: Fake<State>): Running<State> {
  const description = descriptionOf(fake.key);
  const script = makeScript();
  const requests: RecordedRequest[] = [];
  const effects = new Map<string, number>();
  const refused = new Set<string>();
  let state = fake.makeState();

  function answer(request: FakeRequest): Ending {
    const found = findOperation(description, request);
    const token = tokenOf(request.headers);
    const checked = found && checkRequest(description, found.operation, request, fake);
    const recorded: RecordedRequest = {
      ...request,
      index: requests.length,
      operation: found?.operation.name ?? 'unknown',
      body: checked?.body ?? request.text,
      token,
      problems: checked?.problems ?? [`${request.method} ${request.host}${request.path} is not in the description`],
    };
    requests.push(recorded);
    if (found === undefined || checked === undefined || recorded.problems.length > 0)
      return { answer: refusalOf(recorded), delayMs: 0, cut: undefined };
    const failure = script.take(recorded);
    const isLost = failure !== undefined && (failure.reset || failure.hang || hasAnswer(failure));
    const given = isLost && !failure.happens ? {} : perform(found.operation, found.parameters, recorded, checked.query);
    return endingOf(failure, given);
  }

  function perform(
    operation: Operation,
    parameters: Record<string, string>,
    { headers, body, text, path, token }: RecordedRequest,
    query: Record<string, unknown>,
  ): FakeAnswer {
    if (!operation.isOpen && (token === undefined || refused.has(token))) return fake.unauthorized;
    const run = fake.operations[operation.name];
    if (run === undefined) throw new Error(`The fake of ${fake.key} has no operation ${operation.name}`);
    const happened = (effect: string) => effects.set(effect, (effects.get(effect) ?? 0) + 1);
    const given = run({ parameters, query, headers, body, text, path, state, happened });
    const problem = answerProblem(description, operation, given);
    if (problem !== undefined) throw new Error(`The fake of ${fake.key} answers ${operation.name} wrongly: ${problem}`);
    return given;
  }

  return {
    key: fake.key,
    answer,
    get state() {
      return state;
    },
    requests: (operation) =>
      operation === undefined ? requests : requests.filter((one) => one.operation === operation),
    effects: () => effects,
    fail: (...failures) => script.add(failures),
    refuse: (...tokens) => {
      for (const token of tokens) refused.add(token);
    },
    addExamples: () => fake.addExamples?.(state),
    reset() {
      requests.length = 0;
      effects.clear();
      refused.clear();
      script.clear();
      state = fake.makeState();
    },
  };
}

function endingOf(failure: Failure | undefined, given: FakeAnswer): Ending {
  const answer = failure !== undefined && hasAnswer(failure) ? answerOf(failure) : given;
  return {
    answer,
    delayMs: failure?.delayMs ?? 0,
    cut: failure?.reset ? 'reset' : failure?.hang ? 'hang' : undefined,
  };
}

function answerOf({ status, headers, body, text }: Failure): FakeAnswer {
  return {
    ...(status !== undefined && { status }),
    ...(headers && { headers }),
    body,
    ...(text !== undefined && { text }),
  };
}

/**
 * Builds the response to a request that the provider would refuse. The response lists the problems, so that the failing
 * test shows them.
 */
function refusalOf({ problems }: RecordedRequest): FakeAnswer {
  return { status: 400, headers: { 'x-fake-provider': 'refused' }, body: { message: problems.join('; '), problems } };
}

/** Returns the token of an `Authorization` header, without its scheme. */
function tokenOf({ authorization }: Readonly<Record<string, string>>): string | undefined {
  const token = authorization?.replace(/^\S+\s+/, '').trim();
  return token === undefined || token === '' ? undefined : token;
}
