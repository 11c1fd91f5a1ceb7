import { defineFake, type FakeAnswer, type FakeCall } from '../fake.ts';
import { fieldOf, order, parseSoql } from './soql.ts';

type Item = { type: string; fields: Record<string, unknown>; isDeleted: boolean };
type Body = Record<string, unknown>;

/** Types of objects in the description, with the prefixes of their ids. */
const prefixes = {
  Lead: '00Q',
  Contact: '003',
  Account: '001',
  Opportunity: '006',
  Task: '00T',
  Event: '00U',
  Case: '500',
  CampaignMember: '00v',
} as const;
type ObjectType = keyof typeof prefixes;
const types = Object.keys(prefixes) as ObjectType[];
/** Types of objects that can be upserted according to the description. */
const upserted: readonly ObjectType[] = ['Lead', 'Contact', 'Account', 'Opportunity', 'Case'];

/** Returns the records to which the examples of the actions refer. */
function exampleRecords(): Item[] {
  const at = '2026-01-02T03:04:05.000+0000';
  return (['Lead', 'Contact', 'Opportunity'] as const).map((type) => ({
    type,
    isDeleted: false,
    fields: { Id: `${prefixes[type]}5g00000AbCdEAAV`, CreatedDate: at, SystemModstamp: at },
  }));
}

function makeState() {
  return {
    organization: '00D5g000004AbCdEAE',
    instanceUrl: 'https://example.my.salesforce.com',
    /**
     * The fake does not enforce that custom fields are unique, so that an upsert can find two records with the same
     * value.
     */
    records: [] as Item[],
    callsLeft: 14_998,
    /** Maximum number of records in a page, even if a query requests more. */
    pageSize: 2000,
    tokens: 0,
    now: () => new Date(),
  };
}

type State = ReturnType<typeof makeState>;
type Call = FakeCall<State>;

const refused = (status: number, errorCode: string, message: string, fields: string[] = []): FakeAnswer => ({
  status,
  body: [{ message, errorCode, fields }],
});
const missing = () => refused(404, 'NOT_FOUND', 'The requested resource does not exist');

function add({ state, happened }: Pick<Call, 'state' | 'happened'>, type: string, fields: Body): Item {
  const prefix = types.find((one) => one === type) ?? 'Lead';
  const id = `${prefixes[prefix]}5g00000${String(state.records.length + 1).padStart(5, '0')}AAV`;
  const at = salesforceTime(state.now());
  const item = { type, isDeleted: false, fields: { ...fields, Id: id, CreatedDate: at, SystemModstamp: at } };
  state.records.push(item);
  happened(`${type}:${JSON.stringify(fields)}`);
  return item;
}

function change({ state, happened }: Pick<Call, 'state' | 'happened'>, item: Item, fields: Body): void {
  if (Object.entries(fields).some(([name, value]) => item.fields[name] !== value))
    happened(`update:${String(item.fields['Id'])}:${JSON.stringify(fields)}`);
  Object.assign(item.fields, fields, { SystemModstamp: salesforceTime(state.now()) });
}

function find(state: State, type: string, field: string, value: unknown): Item[] {
  return state.records.filter((one) => one.type === type && !one.isDeleted && String(one.fields[field]) === value);
}

/** Formats a time as Salesforce does, with the offset `+0000`. */
function salesforceTime(at: Date): string {
  return at.toISOString().replace('Z', '+0000');
}

function create(type: ObjectType, call: Call): FakeAnswer {
  const fields = call.body as Body;
  if (type === 'CampaignMember') {
    const { CampaignId, LeadId = null, ContactId = null } = fields;
    const isMember = call.state.records.some(
      ({ fields: one }) =>
        one['CampaignId'] === CampaignId &&
        (one['LeadId'] ?? null) === LeadId &&
        (one['ContactId'] ?? null) === ContactId,
    );
    if (isMember) return refused(400, 'DUPLICATE_VALUE', 'Already a campaign member.');
  }
  const item = add(call, type, fields);
  return { status: 201, body: { id: item.fields['Id'], success: true, errors: [] } };
}

function upsert(type: ObjectType, call: Call, field: string, value: string, fields: Body): FakeAnswer {
  const found = find(call.state, type, field, value);
  if (found.length > 1) {
    const version = call.parameters['version'];
    return {
      status: 300,
      body: found.map((one) => `/services/data/v${version}/sobjects/${type}/${String(one.fields['Id'])}`),
    };
  }
  const [known] = found;
  if (known === undefined) {
    const item = add(call, type, { ...fields, [field]: value });
    return { status: 201, body: { id: item.fields['Id'], success: true, errors: [], created: true } };
  }
  change(call, known, fields);
  return { status: 200, body: { id: known.fields['Id'], success: true, errors: [], created: false } };
}

function query({ state, query: { q } }: Call, withDeleted: boolean): FakeAnswer {
  const parsed = parseSoql(String(q));
  if (parsed === undefined) return refused(400, 'MALFORMED_QUERY', `unexpected token in: ${String(q)}`);
  const found = state.records
    .filter((one) => one.type === parsed.object && (withDeleted || !one.isDeleted))
    .map((one) => ({ ...one.fields, IsDeleted: one.isDeleted }))
    .filter(parsed.matches)
    .sort((a, b) => {
      for (const field of parsed.orderBy) {
        const sign = order(fieldOf(a, field), fieldOf(b, field));
        if (sign !== 0) return sign;
      }
      return 0;
    })
    .slice(0, parsed.limit);
  const page = found.slice(0, state.pageSize);
  const records = page.map((one) => shown(parsed.object, parsed.fields, one));
  const done = page.length === found.length;
  const next = done ? {} : { nextRecordsUrl: `/services/data/v64.0/query/01g-${page.length}` };
  return { headers: usage(state), body: { totalSize: found.length, done, records, ...next } };
}

function shown(type: string, names: readonly string[], record: Body) {
  const fields: Body = { attributes: { type, url: `/services/data/v64.0/sobjects/${type}/${String(record['Id'])}` } };
  for (const name of names) {
    const [parent, child] = name.split('.');
    if (child === undefined || parent === undefined) fields[name] = record[name] ?? null;
    else fields[parent] = { attributes: { type: parent, url: '' }, [child]: fieldOf(record, name) };
  }
  return fields;
}

function usage(state: State) {
  return { 'sforce-limit-info': `api-usage=${15_000 - state.callsLeft}/15000` };
}

const base = '/services/data/v{version}';

export const salesforceFake = defineFake<State>({
  key: 'salesforce',
  makeState,
  addExamples: ({ records }) => {
    records.push(...exampleRecords());
  },
  unauthorized: refused(401, 'INVALID_SESSION_ID', 'Session expired or invalid'),
  headers: ['sforce-auto-assign'],
  operations: {
    ...Object.fromEntries(types.flatMap((type) => Object.entries(operationsOf(type)))),
    [`GET ${base}/query`]: (call) => query(call, false),
    [`GET ${base}/queryAll`]: (call) => query(call, true),
    [`PATCH ${base}/composite/sobjects/{type}/{field}`]: (call) => {
      const { type = '', field = '' } = call.parameters;
      const { records } = call.body as { records: readonly Body[] };
      const known = upserted.find((one) => one === type);
      if (known === undefined) return missing();
      const results = records.map(({ attributes: _, [field]: value, ...fields }) => {
        const { status, body } = upsert(known, call, field, String(value), fields);
        if (status === 200 || status === 201) return body;
        return {
          success: false,
          errors: [{ statusCode: 'DUPLICATE_EXTERNAL_ID', message: 'Several records match', fields: [field] }],
        };
      });
      return { body: results };
    },
    [`GET ${base}/limits`]: ({ state }) => ({
      headers: usage(state),
      body: { DailyApiRequests: { Max: 15_000, Remaining: state.callsLeft } },
    }),
    'GET /services/oauth2/userinfo': ({ state }) => ({
      body: {
        user_id: '0055g000001AbCdEAK',
        organization_id: state.organization,
        preferred_username: 'ada@example.com',
        name: 'Ada Lovelace',
      },
    }),
    'POST /services/oauth2/token': ({ state }) => {
      state.tokens += 1;
      return {
        body: {
          access_token: `salesforce-${state.tokens}`,
          refresh_token: 'salesforce-refresh',
          instance_url: state.instanceUrl,
          id: `https://login.salesforce.com/id/${state.organization}/0055g000001AbCdEAK`,
          token_type: 'Bearer',
          issued_at: '1764230400000',
          signature: 'c2lnbmF0dXJl',
          scope: 'api refresh_token openid',
        },
      };
    },
    'POST /services/oauth2/revoke': () => ({ status: 200 }),
  },
});

function operationsOf(type: ObjectType): Record<string, (call: Call) => FakeAnswer> {
  const path = `${base}/sobjects/${type}`;
  const named = ({ state, parameters }: Call) => find(state, type, 'Id', parameters['id'])[0];
  return {
    [`POST ${path}`]: (call) => create(type, call),
    [`GET ${path}/{id}`]: (call) => {
      const item = named(call);
      if (item === undefined) return missing();
      const names =
        call.query['fields'] === undefined ? Object.keys(item.fields) : String(call.query['fields']).split(',');
      return { body: shown(type, ['Id', ...names], item.fields) };
    },
    [`PATCH ${path}/{id}`]: (call) => {
      const item = named(call);
      if (item === undefined) return missing();
      change(call, item, call.body as Body);
      return { status: 204 };
    },
    [`GET ${path}/describe`]: () => ({
      body: {
        name: type,
        fields: ['Id', 'FirstName', 'LastName', 'Email', 'Company', 'SystemModstamp'].map((name) => ({
          name,
          label: name,
          type: name === 'Email' ? 'email' : name === 'Id' ? 'id' : name === 'SystemModstamp' ? 'datetime' : 'string',
        })),
      },
    }),
    ...(upserted.includes(type) && {
      [`PATCH ${path}/{field}/{value}`]: (call: Call) => {
        const { field = '', value = '' } = call.parameters;
        return upsert(type, call, field, value, call.body as Body);
      },
    }),
  };
}
