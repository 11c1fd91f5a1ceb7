// Runs in the cluster. Each POST to it is one order: to call the gateway, to connect to an address, or to put load on
// the gateway.
import http, { Agent, createServer } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

type Call = { method: string; url: string; headers?: Record<string, string>; body?: string };
type Answer = { status: number; body: string };
/**
 * The response to a call, or its `failure`, and the duration of each phase. `connectedMs` is set only for a new
 * connection.
 */
type Tried = { answer?: Answer; failure?: string; way: string; connectedMs?: number };
type Plan = {
  name: string;
  gateway: string;
  token: string;
  workflowId: number;
  /** Paths of every service, which are read in turn. */
  reads: string[];
  workers: number;
  pauseMs: number;
  /** Whether failed calls are repeated with the same Idempotency-Key, as a careful client does. */
  repeats: boolean;
};
type Result = {
  requests: number;
  failures: string[];
  repeated: number;
  emails: string[];
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** The duration of each phase of the slowest request. */
  longest: string;
  /** The number of opened connections, and the time that the slowest one took, including the look-up of the name. */
  connections: { ofKeepers: Connections; ofOthers: Connections };
};
type Connections = { opened: number; maxMs: number };
type Client = { agent: Agent; connections: Connections };
type Order =
  | { order: 'call'; call: Call }
  | { order: 'connect'; host: string; port: number }
  | { order: 'start'; plan: Plan }
  | { order: 'stop' }
  | { order: 'listen'; call: Call }
  | { order: 'heard' }
  | { order: 'leave' };

const giveUpMs = 60_000;
let running: { stop(): Promise<Result> } | undefined;
/** The open streams of events by URL, each with the text that it has received so far. */
const streams = new Map<string, { text: string; leave(): void }>();

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    answer(request.method === 'POST' ? Buffer.concat(chunks).toString() : undefined).then(
      (value) => response.end(JSON.stringify(value)),
      (error) => {
        response.statusCode = 500;
        response.end(String(error));
      },
    );
  });
}).listen(8080);
process.on('SIGTERM', () => process.exit());

async function answer(order: string | undefined): Promise<unknown> {
  return order === undefined ? 'here' : obey(JSON.parse(order));
}

async function obey(order: Order): Promise<unknown> {
  switch (order.order) {
    case 'call':
      return call(order.call);
    case 'connect':
      return connectTo(order.host, order.port);
    case 'start':
      if (running !== undefined) throw new Error('the load runs already');
      running = startLoad(order.plan);
      return {};
    case 'stop': {
      const result = await running?.stop();
      running = undefined;
      return result;
    }
    case 'listen':
      await listen(order.call);
      return {};
    case 'heard':
      return Object.fromEntries(Array.from(streams, ([url, { text }]) => [url, text]));
    case 'leave':
      for (const stream of streams.values()) stream.leave();
      streams.clear();
      return {};
  }
}

async function call(one: Call): Promise<Answer> {
  const { answer, failure } = await tryCall(one);
  if (answer === undefined) throw new Error(failure);
  return answer;
}

function tryCall({ method, url, headers = {}, body }: Call, agent?: Agent): Promise<Tried> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const steps: string[] = [];
    let connectedMs: number | undefined;
    const sinceStart = () => Math.round(performance.now() - startedAt);
    const reached = (step: string) => steps.push(`${step} ${sinceStart()} ms`);
    const request = http.request(url, { method, headers, agent, timeout: giveUpMs }, (response) => {
      reached(`answered by ${response.headers['x-request-id']} at`);
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const answer = { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
        resolve({ answer, way: steps.join(', '), connectedMs });
      });
    });
    const fail = (error: Error) => {
      reached('failed at');
      resolve({ failure: String(error), way: steps.join(', '), connectedMs });
    };
    request.on('socket', (socket) => {
      if (!socket.connecting) return reached('on a kept connection at');
      socket.once('lookup', () => reached('name found at'));
      socket.once('connect', () => {
        connectedMs = sinceStart();
        reached('connected at');
      });
    });
    request.on('finish', () => reached('sent at'));
    request.on('timeout', () => request.destroy(new Error(`no answer within ${giveUpMs} ms`)));
    request.on('error', fail);
    request.end(body);
  });
}

/**
 * Tries to connect, and returns whether the connection opens. If a policy blocks the connection, there is no response,
 * so the attempt times out.
 */
function connectTo(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end('open'));
    socket.on('timeout', () => end('silent'));
    socket.on('error', (error) => end(error.message));
  });
}

/** Opens a stream of events. Resolves after the stream's first block. After this block, the stream reports changes. */
function listen({ method, url, headers = {} }: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      const stream = { text: '', leave: () => void request.destroy() };
      streams.set(url, stream);
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        stream.text += part;
        if (stream.text.includes('\n\n')) resolve();
      });
      response.on('error', reject);
      response.on('end', () => reject(new Error(`${response.statusCode} ${stream.text}`)));
    });
    request.on('error', reject);
    request.end();
  });
}

/** Starts the load. Half of the workers keep their connection, and half open one for each request. */
function startLoad(plan: Plan): { stop(): Promise<Result> } {
  const result: Result = {
    requests: 0,
    failures: [],
    repeated: 0,
    emails: [],
    p50Ms: 0,
    p99Ms: 0,
    maxMs: 0,
    longest: '',
    connections: { ofKeepers: { opened: 0, maxMs: 0 }, ofOthers: { opened: 0, maxMs: 0 } },
  };
  const times: number[] = [];
  let isStopping = false;
  const workers = Array.from({ length: plan.workers }, (_, worker) => work(worker));
  return {
    async stop() {
      isStopping = true;
      await Promise.all(workers);
      times.sort((a, b) => a - b);
      const at = (share: number) => Math.round(times[Math.floor(times.length * share)] ?? 0);
      return { ...result, p50Ms: at(0.5), p99Ms: at(0.99) };
    },
  };

  async function work(worker: number): Promise<void> {
    const keepAlive = worker % 2 === 0;
    const agent = new Agent({ keepAlive });
    const client = { agent, connections: result.connections[keepAlive ? 'ofKeepers' : 'ofOthers'] };
    const path = `${plan.gateway}/api/v1/workflows/${plan.workflowId}`;
    const headers = { authorization: `Bearer ${plan.token}`, 'content-type': 'application/json' };
    for (let turn = 0; !isStopping; turn += 1) {
      const key = `${plan.name}-${worker}-${turn}`;
      const email = `${key}@example.com`;
      const body = JSON.stringify({ contacts: [{ email, first_name: 'Ada' }] });
      const enroll = {
        method: 'POST',
        url: `${path}/enrollments/bulk`,
        headers: { ...headers, 'idempotency-key': key },
      };
      if (await request({ ...enroll, body }, client)) result.emails.push(email);
      await request({ method: 'GET', url: path, headers }, client);
      const read = plan.reads[(turn * plan.workers + worker) % plan.reads.length];
      await request({ method: 'GET', url: `${plan.gateway}${read}`, headers }, client);
      await request({ method: 'GET', url: `${path}/enrollments?limit=1`, headers }, client);
      await sleep(plan.pauseMs);
    }
    agent.destroy();
  }

  async function request(one: Call, { agent, connections }: Client): Promise<boolean> {
    result.requests += 1;
    const startedAt = performance.now();
    for (;;) {
      const { answer, failure, way, connectedMs } = await tryCall(one, agent);
      if (connectedMs !== undefined) {
        connections.opened += 1;
        connections.maxMs = Math.max(connections.maxMs, connectedMs);
      }
      if (answer !== undefined && answer.status < 300) {
        const tookMs = performance.now() - startedAt;
        if (tookMs > result.maxMs)
          Object.assign(result, { maxMs: Math.round(tookMs), longest: `${one.method}, ${way}` });
        times.push(tookMs);
        return true;
      }
      const refused = answer && `${answer.status} ${answer.body.slice(0, 300)}`;
      if (!plan.repeats || performance.now() - startedAt > giveUpMs) {
        result.failures.push(`${new Date().toISOString()} ${one.method} ${one.url}: ${refused ?? failure} (${way})`);
        return false;
      }
      result.repeated += 1;
      await sleep(200);
    }
  }
}
