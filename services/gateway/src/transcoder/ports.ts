import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DescMethod, DescService, Message } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import type { DomainError } from '@drippulse/errors';
import type { LimitClass } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import type { Caller } from '@drippulse/rpc';
import type { ServiceName } from '@drippulse/topology';

/** Sender of a request with a valid credential. */
export type Authenticated = {
  caller: Caller;
  /** Key of the rate limits of a credential, such as `key:9` or `session:4f…`. */
  limitKey: string;
  /** The API key that was used, for its usage counts; absent for a session. */
  apiKeyId?: bigint;
  /** Time at which the credential ends, for the response of `verify`. */
  expiresAt?: Date;
  /** Id of the session; absent for an API key. */
  sessionId?: string;
  /** Time at which the user of the session signed in; absent for an API key. */
  signedInAt?: Date;
  /** Whether the operator has suspended the organization. */
  isSuspended?: boolean;
  /** Whether the user lacks the second factor that the organization requires. */
  lacksMfa?: boolean;
};

/** Facts about a request that are known before its body is read, for the checks at that point. */
export type RequestFacts = {
  /** The raw request, whose body is unread. */
  raw: IncomingMessage;
  requestId: string;
  /** Network of the client, as determined from what the trusted proxies report. Limits count requests per network. */
  clientNetwork: string;
  /**
   * Whether a page sends the request without an action of the user, as for its stream of hints.
   * `X-DripPulse-Background: 1` marks other such requests.
   */
  isBackground?: boolean;
};

/**
 * Checks the bearer credential. Throws `DomainError('unauthenticated', …)` when it is missing or not valid, and
 * `resource_exhausted` when the network has sent too many unknown credentials.
 */
export type Authenticate = (request: RequestFacts) => Promise<Authenticated>;

/** Decision of the rate limits about one request. */
export type RateDecision = {
  /** Headers for every response, refused or not: `RateLimit-Policy`, `RateLimit`. */
  headers: Record<string, string>;
  /** `resource_exhausted` with `retryAfterSeconds`; set when the request is over the limit. */
  refusal?: DomainError;
};

/**
 * Counts one request. `limitClass` is the method's `limits` option. `authenticated` is absent for methods without a
 * credential.
 */
export type RateLimit = (
  limitClass: LimitClass,
  authenticated: Authenticated | undefined,
  request: RequestFacts,
) => Promise<RateDecision>;

/** One finished exchange, in the form that the access log, the metrics and the usage counts of API keys get. */
export type Answered = {
  method: string;
  /** Template of the route, such as `/api/v1/workflows/{id}`; `unmatched` when no route was found. */
  route: string;
  /** Full name of the RPC, such as `drippulse.workflows.v1.WorkflowsService/GetWorkflow`. */
  rpc?: string;
  status: number;
  durationMs: number;
  requestId: string;
  clientAddress: string;
  authenticated?: Authenticated;
  /** Reason of an error response. */
  reason?: string;
  /** The thrown error, if the response is a 5xx. */
  error?: unknown;
};
export type Observe = (answered: Answered) => void;

/** A request for an event stream. */
export type OpenedStream = {
  request: IncomingMessage;
  response: ServerResponse;
  method: DescMethod;
  exchange: { requestId: string; clientAddress: string };
  authenticated: Authenticated;
};

/**
 * Checks a request for events. Returns a function that writes the events to the response. The head of the response must
 * be set before the function is called. The function resolves when the response is closed.
 */
export type StreamEvents = (opened: OpenedStream, message: Message) => () => Promise<void>;

/** A service whose public methods the transcoder serves, and how it is reached. */
export type Upstream = {
  service: DescService;
  /** Audience of the internal token. */
  audience: ServiceName;
  transport: Transport;
};
