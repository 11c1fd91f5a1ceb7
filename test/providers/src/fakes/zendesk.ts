import { defineFake, type FakeAnswer } from '../fake.ts';

type Ticket = Record<string, unknown> & {
  id: number;
  comments: { id: number; body: string; public: boolean }[];
  tags: string[];
};
type Item = Record<string, unknown> & { id: number };
type Fields = Record<string, unknown> & { comment?: { body?: string; html_body?: string; public?: boolean } };

function exampleTicket(): Ticket {
  const url = 'https://example.zendesk.com/api/v2/tickets/35436.json';
  const dates = { created_at: '2026-01-02T03:04:05Z' };
  return {
    id: 35_436,
    url,
    subject: 'Cannot sign in',
    status: 'open',
    requester_id: 1,
    tags: [],
    comments: [],
    ...dates,
  };
}

function makeState() {
  return {
    role: 'admin',
    tickets: [] as Ticket[],
    users: [] as Item[],
    organizations: [] as Item[],
    /** Requests by Idempotency-Key. Zendesk keeps them for two hours. */
    keys: new Map<string, { text: string; ticket: Ticket }>(),
    tokens: 0,
    now: () => new Date(),
  };
}

type State = ReturnType<typeof makeState>;

const refused = (status: number, error: string, description: string): FakeAnswer => ({
  status,
  body: { error, description },
});
const missing = () => refused(404, 'RecordNotFound', 'Not found');

function addTicket(state: State, { comment, requester, ...fields }: Fields): Ticket {
  const id = 35_436 + state.tickets.length;
  const ticket = {
    status: 'new',
    tags: [],
    ...fields,
    id,
    url: `https://example.zendesk.com/api/v2/tickets/${id}.json`,
    requester_id: userOf(state, requester as { email?: string; name?: string } | undefined),
    created_at: state.now().toISOString(),
    comments: [],
  };
  state.tickets.push(ticket);
  addComment(ticket, comment);
  return ticket;
}

function addComment(ticket: Ticket, comment: Fields['comment']): void {
  if (comment === undefined) return;
  const { body, html_body: html, public: isPublic = true } = comment;
  ticket.comments.push({ id: ticket.comments.length + 1, body: body ?? html ?? '', public: isPublic });
}

function userOf(state: State, requester: { email?: string; name?: string } | undefined): number {
  if (requester?.email === undefined) return 1;
  const known = state.users.find(({ email }) => email === requester.email);
  if (known !== undefined) return known.id;
  const user = { id: 1001 + state.users.length, role: 'end-user', ...requester, name: requester.name ?? '' };
  state.users.push(user);
  return user.id;
}

const shown = ({ comments: _, ...ticket }: Ticket) => ({ ticket });
const find = (state: State, id: string | undefined) => state.tickets.find((ticket) => String(ticket.id) === id);

/** Creates an item. If an item already has the same value in one of the fields `names`, changes that item instead. */
function upsert(items: Item[], names: readonly string[], fields: Record<string, unknown>, first: number) {
  const known = names
    .filter((name) => fields[name] !== undefined)
    .map((name) => items.find((item) => item[name] === fields[name]))
    .find((item) => item !== undefined);
  const item = known ?? { id: first + items.length };
  if (known === undefined) items.push(item);
  const isChanged = Object.entries(fields).some(
    ([name, value]) => JSON.stringify(item[name]) !== JSON.stringify(value),
  );
  Object.assign(item, fields);
  return { item, isNew: known === undefined, isChanged };
}

export const zendeskFake = defineFake<State>({
  key: 'zendesk',
  makeState,
  addExamples: ({ tickets }) => {
    tickets.push(exampleTicket());
  },
  unauthorized: refused(
    401,
    'invalid_token',
    'The access token provided is expired, revoked, malformed or invalid for other reasons.',
  ),
  operations: {
    'GET /api/v2/users/me': ({ state }) => ({
      body: { user: { id: 1, name: 'Ada Lovelace', email: 'ada@example.com', role: state.role } },
    }),
    'POST /api/v2/tickets': ({ state, headers, body, text, happened }) => {
      const key = headers['idempotency-key'];
      const known = key === undefined ? undefined : state.keys.get(key);
      if (known !== undefined && known.text !== text)
        return refused(400, 'IdempotencyError', 'The key was used with other parameters');
      if (known !== undefined)
        return { status: 201, headers: { 'x-idempotency-lookup': 'hit' }, body: shown(known.ticket) };
      const ticket = addTicket(state, (body as { ticket: Fields }).ticket);
      happened(`ticket:${key ?? String(ticket['external_id'] ?? ticket['subject'])}`);
      if (key !== undefined) state.keys.set(key, { text, ticket });
      return { status: 201, headers: { 'x-idempotency-lookup': 'miss' }, body: shown(ticket) };
    },
    'GET /api/v2/tickets': ({ state, query }) => ({
      body: {
        tickets: state.tickets
          .filter((ticket) => ticket['external_id'] === query['external_id'])
          .map((ticket) => shown(ticket).ticket),
      },
    }),
    'GET /api/v2/tickets/{ticket_id}': ({ state, parameters }) => {
      const ticket = find(state, parameters['ticket_id']);
      return ticket === undefined ? missing() : { body: shown(ticket) };
    },
    'PUT /api/v2/tickets/{ticket_id}': ({ state, parameters, body, happened }) => {
      const ticket = find(state, parameters['ticket_id']);
      if (ticket === undefined) return missing();
      const { comment, ...fields } = (body as { ticket: Fields }).ticket;
      if (comment !== undefined) happened(`comment:${ticket.id}:${comment.body ?? ''}`);
      else if (Object.entries(fields).some(([name, value]) => JSON.stringify(ticket[name]) !== JSON.stringify(value)))
        happened(`update:${ticket.id}:${JSON.stringify(fields)}`);
      addComment(ticket, comment);
      Object.assign(ticket, fields);
      return { body: shown(ticket) };
    },
    'GET /api/v2/tickets/{ticket_id}/comments': ({ state, parameters }) => {
      const ticket = find(state, parameters['ticket_id']);
      return ticket === undefined ? missing() : { body: { comments: ticket.comments } };
    },
    'PUT /api/v2/tickets/{ticket_id}/tags': ({ state, parameters, body, happened }) => {
      const ticket = find(state, parameters['ticket_id']);
      if (ticket === undefined) return missing();
      const added = (body as { tags: string[] }).tags.filter((tag) => !ticket.tags.includes(tag));
      for (const tag of added) happened(`tag:${ticket.id}:${tag}`);
      ticket.tags.push(...added);
      return { body: { tags: ticket.tags } };
    },
    'GET /api/v2/search': ({ state, query }) => {
      const words = /(?:^|\s)"([^"]*)"$/.exec(String(query['query']))?.[1]?.toLowerCase() ?? '';
      const results = state.tickets
        .filter((ticket) =>
          `${String(ticket['subject'])} ${ticket.comments.map(({ body }) => body).join(' ')}`
            .toLowerCase()
            .includes(words),
        )
        .map((ticket) => ({ ...shown(ticket).ticket, result_type: 'ticket' }));
      return { body: { results, count: results.length } };
    },
    'POST /api/v2/users/create_or_update': ({ state, body, happened }) => {
      const { user } = body as { user: Record<string, unknown> };
      const { item, isNew, isChanged } = upsert(state.users, ['external_id', 'email'], user, 1001);
      if (isChanged) happened(`user:${String(user['external_id'] ?? user['email'])}`);
      return { status: isNew ? 201 : 200, body: { user: item } };
    },
    'GET /api/v2/users/search': ({ state, query: { query, external_id: externalId } }) => {
      const email = /^email:"(.*)"$/.exec(String(query ?? ''))?.[1];
      const users = state.users.filter((user) =>
        externalId === undefined ? user['email'] === email : user['external_id'] === externalId,
      );
      return { body: { users } };
    },
    'POST /api/v2/organizations/create_or_update': ({ state, body, happened }) => {
      const { organization } = body as { organization: Record<string, unknown> };
      const { item, isNew, isChanged } = upsert(state.organizations, ['external_id'], organization, 501);
      if (isChanged) happened(`organization:${String(organization['external_id'])}`);
      return { status: isNew ? 201 : 200, body: { organization: item } };
    },
    'DELETE /api/v2/oauth/tokens/current': () => ({ status: 204 }),
    'POST /oauth/tokens': ({ state }) => {
      state.tokens += 1;
      const expires = { expires_in: 172_800, refresh_token_expires_in: 7_776_000 };
      const tokens = { access_token: `zendesk-${state.tokens}`, refresh_token: `zendesk-refresh-${state.tokens}` };
      return { body: { ...tokens, token_type: 'bearer', scope: 'users:read tickets:write tickets:read', ...expires } };
    },
  },
});
