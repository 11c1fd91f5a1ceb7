import { createHash } from 'node:crypto';
import { defineFake, type FakeAnswer } from '../fake.ts';

type Channel = { id: string; name: string; is_private: boolean; topic: string; members: string[] };
type Message = {
  channel: string;
  ts: string;
  text: string;
  thread_ts?: string;
  isDeleted: boolean;
  reactions: string[];
};

/** Members of the forms and JSON bodies of operations. They have been checked against the description. */
type Body = {
  channel: string;
  text?: string;
  blocks?: unknown[];
  ts: string;
  thread_ts?: string;
  metadata?: { event_payload?: Record<string, unknown> };
  name: string;
  is_private?: boolean;
  users: string;
  topic: string;
  timestamp: string;
  post_at: number;
};

function makeState() {
  const channels: Channel[] = [];
  const state = {
    team: { id: 'T0000000001', name: 'Example' },
    scopes:
      'chat:write,chat:write.public,channels:read,groups:read,channels:manage,channels:join,groups:write,im:write,users:read,users:read.email,reactions:write',
    channels,
    users: [
      { id: 'U0000000001', name: 'ada', email: 'ada@example.com', real_name: 'Ada Lovelace', tz: 'Europe/London' },
    ],
    messages: [] as Message[],
    /** Paths of invalid webhooks. */
    deadWebhooks: new Set<string>(),
    tokens: 0,
    addChannel(name: string): Channel {
      const id = `C${String(channels.length + 1).padStart(10, '0')}`;
      const channel = { id, name, is_private: false, topic: '', members: [] };
      channels.push(channel);
      return channel;
    },
  };
  for (const name of ['general', 'sales', 'alerts']) state.addChannel(name);
  return state;
}

type State = ReturnType<typeof makeState>;

const failed = (error: string): FakeAnswer => ({ body: { ok: false, error } });
const succeeded = (body: object = {}): FakeAnswer => ({ body: { ok: true, ...body } });

/** Slack responds with 200 to almost everything. */
export const slackFake = defineFake({
  key: 'slack',
  makeState,
  addExamples: (state) => {
    const [general] = state.channels;
    if (general !== undefined) post(state, general.id, { text: 'Hello' });
  },
  unauthorized: failed('invalid_auth'),
  operations: {
    'POST /auth.test': ({ state }) => ({
      headers: { 'x-oauth-scopes': state.scopes },
      body: {
        ok: true,
        team: state.team.name,
        team_id: state.team.id,
        user: 'drippulse',
        user_id: 'U0000000000',
        bot_id: 'B1',
      },
    }),
    'POST /chat.postMessage': ({ state, body, happened }) => {
      const asked = body as Body;
      const channel = findPlace(state, asked.channel);
      if (channel === undefined) return failed('channel_not_found');
      const message = post(state, channel, asked);
      happened(`message:${channel}:${String(asked.metadata?.event_payload?.['key'] ?? asked.text ?? '')}`);
      return succeeded({ channel, ts: message.ts, message: { text: message.text, type: 'message', ts: message.ts } });
    },
    'POST /chat.scheduleMessage': ({ state, body, happened }) => {
      const asked = body as Body;
      const channel = findPlace(state, asked.channel);
      if (channel === undefined) return failed('channel_not_found');
      happened(`scheduled:${channel}:${asked.post_at}:${asked.text}`);
      return succeeded({ channel, scheduled_message_id: 'Q0000000001', post_at: Number(asked.post_at) });
    },
    'POST /chat.update': ({ state, body, happened }) => {
      const { channel, ts, text = '' } = body as Body;
      const message = findMessage(state, channel, ts);
      if (message === undefined) return failed('message_not_found');
      if (message.text !== text) happened(`update:${channel}:${ts}:${text}`);
      message.text = text;
      return succeeded({ channel, ts, text });
    },
    'POST /chat.delete': ({ state, body, happened }) => {
      const { channel, ts } = body as Body;
      const message = findMessage(state, channel, ts);
      if (message === undefined) return failed('message_not_found');
      message.isDeleted = true;
      happened(`delete:${channel}:${ts}`);
      return succeeded({ channel, ts });
    },
    'GET /chat.getPermalink': ({ query }) =>
      succeeded({ channel: query['channel'], permalink: `https://example.slack.com/archives/${query['message_ts']}` }),
    'POST /conversations.open': ({ state, body }) => {
      const { users } = body as Body;
      const user = state.users.find(({ id }) => id === users);
      return user === undefined ? failed('user_not_found') : succeeded({ channel: { id: `D${user.id.slice(1)}` } });
    },
    'POST /conversations.create': ({ state, body, happened }) => {
      const { name, is_private = false } = body as Body;
      if (!/^[\p{Ll}\p{Lo}\p{N}_-]{1,80}$/u.test(name)) return failed('invalid_name_specials');
      if (state.channels.some((one) => one.name === name)) return failed('name_taken');
      const channel = state.addChannel(name);
      channel.is_private = is_private;
      happened(`channel:${name}`);
      return succeeded({ channel: listed(channel) });
    },
    'POST /conversations.invite': ({ state, body, happened }) => {
      const { channel: id, users } = body as Body;
      const channel = state.channels.find((one) => one.id === id);
      if (channel === undefined) return failed('channel_not_found');
      const fresh = users.split(',').filter((user) => !channel.members.includes(user));
      if (fresh.length === 0) return failed('already_in_channel');
      channel.members.push(...fresh);
      for (const user of fresh) happened(`invite:${id}:${user}`);
      return succeeded({ channel: listed(channel) });
    },
    'POST /conversations.setTopic': ({ state, body, happened }) => {
      const { channel: id, topic } = body as Body;
      const channel = state.channels.find((one) => one.id === id);
      if (channel === undefined) return failed('channel_not_found');
      if (channel.topic !== topic) happened(`topic:${id}:${topic}`);
      channel.topic = topic;
      return succeeded({ channel: listed(channel) });
    },
    'POST /conversations.join': ({ state, body }) => {
      const channel = state.channels.find((one) => one.id === (body as Body).channel);
      return channel === undefined ? failed('channel_not_found') : succeeded({ channel: listed(channel) });
    },
    'GET /conversations.list': ({ state, query }) => {
      const limit = Number(query['limit'] ?? 100);
      const from = Number(query['cursor'] ?? 0);
      const end = from + limit;
      const cursor = end < state.channels.length ? String(end) : '';
      return succeeded({
        channels: state.channels.slice(from, end).map(listed),
        response_metadata: { next_cursor: cursor },
      });
    },
    'GET /users.lookupByEmail': ({ state, query }) => {
      const user = state.users.find(({ email }) => email === query['email']);
      return user === undefined ? failed('users_not_found') : succeeded({ user });
    },
    'POST /reactions.add': ({ state, body, happened }) => {
      const { channel, timestamp, name } = body as Body;
      const message = findMessage(state, channel, timestamp);
      if (message === undefined) return failed('message_not_found');
      if (message.reactions.includes(name)) return failed('already_reacted');
      message.reactions.push(name);
      happened(`reaction:${channel}:${timestamp}:${name}`);
      return succeeded();
    },
    'POST /auth.revoke': () => succeeded({ revoked: true }),
    'POST /oauth.v2.access': ({ state }) => {
      state.tokens += 1;
      return succeeded({
        access_token: `xoxb-${state.tokens}`,
        refresh_token: `xoxe-1-${state.tokens}`,
        expires_in: 43200,
        token_type: 'bot',
        scope: state.scopes,
        bot_user_id: 'U0000000000',
        team: state.team,
      });
    },
    'POST /services/{team}/{bot}/{secret}': ({ state, body, path, happened }) => {
      if (state.deadWebhooks.has(path)) return { status: 404, text: 'no_service' };
      const { text, blocks } = body as Body;
      if (!text && !blocks) return { status: 400, text: 'no_text' };
      // A digest of the path identifies the webhook, because the path itself is a secret.
      happened(`webhook:${createHash('sha256').update(path).digest('hex').slice(0, 8)}:${text ?? ''}`);
      state.messages.push({ channel: 'webhook', ts: '0', text: text ?? '', isDeleted: false, reactions: [] });
      return { text: 'ok' };
    },
  },
});

/** Finds the id of a channel or direct message, by id or name. */
function findPlace(state: State, name: string): string | undefined {
  if (/^D\d{10}$/.test(name)) return name;
  return state.channels.find(({ id, name: own }) => id === name || own === name.replace(/^#/, ''))?.id;
}

function findMessage(state: State, channel: string, ts: string): Message | undefined {
  return state.messages.find((one) => one.channel === channel && one.ts === ts && !one.isDeleted);
}

function post(state: State, channel: string, { text = '', thread_ts }: Pick<Body, 'text' | 'thread_ts'>): Message {
  const ts = `1700000000.${String(state.messages.length + 1).padStart(6, '0')}`;
  const message = { channel, ts, text, ...(thread_ts !== undefined && { thread_ts }), isDeleted: false, reactions: [] };
  state.messages.push(message);
  return message;
}

function listed({ id, name, is_private, topic, members }: Channel) {
  return { id, name, is_private, is_channel: true, num_members: members.length, topic: { value: topic } };
}
