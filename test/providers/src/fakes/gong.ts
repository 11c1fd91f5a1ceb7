import { defineFake, type FakeAnswer } from '../fake.ts';

type Call = { id: string; clientUniqueId: string; title: string; started: string };
type Assigned = { flowId: string; crmProspectId: string; flowInstanceOwnerEmail: string };

const requestId = '4al018gzaztcr8nbukw';

function makeState() {
  return {
    workspaces: [{ id: '623457276584334', name: 'Example' }],
    calls: [] as Call[],
    assigned: [] as Assigned[],
    /** Ids of the digital interactions. */
    interactions: new Set<string>(),
    erased: new Set<string>(),
    flows: [{ id: '7782342274025937895', name: 'Welcome', visibility: 'Company', exclusive: false }],
    users: [
      { id: '234599484848423', emailAddress: 'sales@example.com', active: true, firstName: 'Sam', lastName: 'Seller' },
    ],
    tokens: 0,
  };
}

type State = ReturnType<typeof makeState>;

const refused = (status: number, error: string): FakeAnswer => ({ status, body: { requestId, errors: [error] } });
const given = (body: object): FakeAnswer => ({ body: { requestId, ...body } });

/** Returns items, or 404 if there are none, as Gong does when a filter matches nothing. */
const found = (name: string, items: readonly unknown[]): FakeAnswer =>
  items.length === 0
    ? refused(404, 'No calls found corresponding to the provided filters')
    : given({ [name]: items, records: { totalRecords: items.length } });

const callsOf = (state: State, body: unknown) => {
  const { filter } = body as { filter: { callIds?: string[] } };
  return state.calls.filter(({ id }) => filter.callIds === undefined || filter.callIds.includes(id));
};

export const gongFake = defineFake<State>({
  key: 'gong',
  makeState,
  addExamples: ({ calls }) => {
    calls.push({
      id: '7782342274025937895',
      clientUniqueId: 'example',
      title: 'Demo',
      started: '2026-11-02T09:00:00Z',
    });
  },
  unauthorized: refused(401, 'Unauthorized'),
  operations: {
    'GET /v2/workspaces': ({ state }) => given({ workspaces: state.workspaces }),
    'POST /v2/calls': ({ state, body, happened }) => {
      const {
        clientUniqueId,
        title = '',
        actualStart,
        primaryUser,
        parties,
      } = body as {
        clientUniqueId: string;
        title?: string;
        actualStart: string;
        primaryUser: string;
        parties: readonly { userId?: string }[];
      };
      if (!parties.some(({ userId }) => userId === primaryUser))
        return refused(400, 'The primary user must be one of the parties of the call');
      if (state.calls.some((call) => call.clientUniqueId === clientUniqueId))
        return refused(409, 'A call with this clientUniqueId was uploaded already');
      const id = String(7_782_342_274_025_900_000n + BigInt(state.calls.length + 1));
      state.calls.push({ id, clientUniqueId, title, started: actualStart });
      happened(`call:${clientUniqueId}`);
      return { status: 201, body: { requestId, callId: id } };
    },
    'GET /v2/calls': ({ state, query }) => {
      const [from, to] = [String(query['fromDateTime']), String(query['toDateTime'])].map(Date.parse);
      return found(
        'calls',
        state.calls.filter(({ started }) => Date.parse(started) >= (from ?? 0) && Date.parse(started) < (to ?? 0)),
      );
    },
    'GET /v2/calls/{id}': ({ state, parameters }) => {
      const call = state.calls.find(({ id }) => id === parameters['id']);
      return call === undefined ? refused(404, 'call not found') : given({ call });
    },
    'POST /v2/calls/extensive': ({ state, body }) =>
      found(
        'calls',
        callsOf(state, body).map((call) => ({ metaData: call, content: { brief: 'They agreed.' }, parties: [] })),
      ),
    'POST /v2/calls/transcript': ({ state, body }) =>
      found(
        'callTranscripts',
        callsOf(state, body).map(({ id }) => ({ callId: id, transcript: [] })),
      ),
    'GET /v2/users': ({ state }) => given({ users: state.users, records: { totalRecords: state.users.length } }),
    'GET /v2/flows': ({ state }) => given({ flows: state.flows }),
    'POST /v2/flows/prospects/assign': ({ state, body, happened }) => {
      const asked = body as { flowId: string; crmProspectsIds: readonly string[]; flowInstanceOwnerEmail: string };
      const { flowId, flowInstanceOwnerEmail } = asked;
      const results = asked.crmProspectsIds.map((crmProspectId) => {
        const isIn = state.assigned.some((one) => one.flowId === flowId && one.crmProspectId === crmProspectId);
        const prospect = { flowId, crmProspectId, flowInstanceOwnerEmail };
        if (isIn)
          return { ...prospect, errorCode: 'ALREADY_ASSIGNED', errorMessage: 'The prospect is in the flow already' };
        state.assigned.push(prospect);
        happened(`assigned:${flowId}:${crmProspectId}`);
        return prospect;
      });
      const isRefused = (one: object) => 'errorCode' in one;
      return given({
        prospectsAssigned: results.filter((one) => !isRefused(one)),
        prospectsNotAssigned: results.filter(isRefused),
      });
    },
    'POST /v2/flows/prospects': ({ state, body }) => {
      const { crmProspectsIds } = body as { crmProspectsIds: readonly string[] };
      return given({ prospectsAssigned: state.assigned.filter((one) => crmProspectsIds.includes(one.crmProspectId)) });
    },
    'POST /v2/digital-interaction': ({ state, body, happened }) => {
      const { eventId } = body as { eventId: string };
      if (state.interactions.has(eventId)) return refused(409, 'The event exists already');
      state.interactions.add(eventId);
      happened(`interaction:${eventId}`);
      return { status: 201, body: { requestId } };
    },
    'POST /v2/data-privacy/erase-data-for-email-address': ({ state, query, happened }) => {
      const email = String(query['emailAddress']);
      if (!state.erased.has(email)) happened(`erase:${email}`);
      state.erased.add(email);
      return given({});
    },
    'POST /oauth2/generate-customer-token': ({ state }) => {
      state.tokens += 1;
      return {
        body: {
          access_token: `gong-${state.tokens}`,
          refresh_token: `gong-refresh-${state.tokens}`,
          token_type: 'bearer',
          expires_in: 86_400,
          scope: 'api:workspaces:read api:calls:create',
          api_base_url_for_customer: 'https://company-17.api.gong.io',
        },
      };
    },
  },
});
