import { defineFake, type FakeAnswer, type FakeCall } from '../fake.ts';

type Properties = Record<string, string>;
type Item = { id: string; type: string; properties: Properties; isArchived: boolean };
type Filter = { propertyName: string; operator: string; value?: string; values?: readonly string[] };
type Search = {
  filterGroups?: readonly { filters: readonly Filter[] }[];
  sorts?: readonly string[];
  properties?: readonly string[];
  limit?: number;
  after?: string;
};

const stage = (id: string, label: string) => ({ ...dates, id, label, displayOrder: 0, archived: false, metadata: {} });
const dates = { createdAt: '2026-01-02T03:04:05.000Z', updatedAt: '2026-01-02T03:04:05.000Z' };

/** Returns the records to which the examples of the actions refer. */
function exampleRecords(): Item[] {
  const record = (id: string, type: string, properties: Properties): Item => ({
    id,
    type,
    properties: { ...properties, hs_object_id: id, createdate: dates.createdAt, [modified(type)]: dates.updatedAt },
    isArchived: false,
  });
  return [
    record('151', 'contacts', { email: 'ada@example.com', firstname: 'Ada' }),
    record('9001', 'deals', { dealname: 'Pilot', dealstage: 'appointmentscheduled' }),
  ];
}

function makeState() {
  return {
    portal: 12345678,
    records: [] as Item[],
    /** The members of each list. All lists of the fake are static. */
    lists: new Map<string, Set<string>>(),
    /** Associations, each as the `type/id` of its source and that of its target. */
    associations: new Set<string>(),
    owners: [{ id: '77', email: 'sales@example.com', firstName: 'Sam', lastName: 'Seller' }],
    pipelines: {
      deals: [
        {
          id: 'default',
          label: 'Sales',
          stages: [stage('appointmentscheduled', 'Appointment scheduled'), stage('closedwon', 'Closed won')],
        },
        { id: '4711', label: 'Renewals', stages: [stage('9001', 'Offered'), stage('9002', 'Closed lost')] },
      ],
      tickets: [{ id: '0', label: 'Support', stages: [stage('1', 'New'), stage('4', 'Closed')] }],
    } as Record<string, { id: string; label: string; stages: ReturnType<typeof stage>[] }[]>,
    /** Names of the properties, all of which contain text. */
    properties: ['email', 'firstname', 'lastname', 'company', 'jobtitle', 'phone', 'lifecyclestage'],
    tokens: 0,
    now: () => new Date(),
  };
}

type State = ReturnType<typeof makeState>;
type Call = FakeCall<State>;

const refused = (status: number, category: string, message: string): FakeAnswer => ({
  status,
  body: { status: 'error', message, category, correlationId: '00000000-0000-4000-8000-000000000000' },
});
const missing = () => refused(404, 'OBJECT_NOT_FOUND', 'resource not found');

/** Finds the record that a path names by its id, or by its value of the property `idProperty`. */
function findItem(
  state: State,
  type: string | undefined,
  id: string | undefined,
  idProperty: unknown,
): Item | undefined {
  return state.records.find(
    (one) =>
      one.type === type &&
      !one.isArchived &&
      (idProperty === undefined ? one.id : one.properties[String(idProperty)]) === id,
  );
}

/**
 * Returns the name of the property with the time of the last change. Contacts have a different property for this than
 * all other types.
 */
const modified = (type: string) => (type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate');

function addItem(state: State, type: string, properties: Properties): Item {
  const id = String(1001 + state.records.length);
  const at = state.now().toISOString();
  const own = { hs_object_id: id, createdate: at, [modified(type)]: at };
  const item = { id, type, properties: { ...own, ...properties }, isArchived: false };
  state.records.push(item);
  return item;
}

function change(state: State, item: Item, properties: Properties): void {
  Object.assign(item.properties, properties, { [modified(item.type)]: state.now().toISOString() });
}

/** Returns a record with only the requested properties. */
function shown(item: Item, names: readonly string[] | undefined) {
  const properties = names === undefined ? item.properties : pick(item.properties, names);
  const updatedAt = item.properties[modified(item.type)] ?? dates.updatedAt;
  const createdAt = item.properties['createdate'] ?? dates.createdAt;
  return {
    id: item.id,
    properties,
    createdAt,
    updatedAt,
    archived: item.isArchived,
    ...(item.isArchived && { archivedAt: updatedAt }),
  };
}

function pick(properties: Properties, names: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(names.map((name) => [name, properties[name] ?? null]));
}

/** Splits a query parameter into names, which are separated by commas. */
function namesOf(value: unknown): string[] | undefined {
  return value === undefined ? undefined : String(value).split(',');
}

/** Returns a page that starts at the offset `after`. */
function pageOf<T>(items: readonly T[], after: unknown, limit: number, show: (item: T) => unknown) {
  const from = Number(after ?? 0);
  const results = items.slice(from, from + limit).map(show);
  const next = from + limit < items.length ? { paging: { next: { after: String(from + limit) } } } : {};
  return { results, ...next };
}

/** Compares numbers and times by value, and any other values as strings, ignoring case. */
function compare(left: string, right: string): number {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a - b;
  return left.toLowerCase() < right.toLowerCase() ? -1 : left.toLowerCase() > right.toLowerCase() ? 1 : 0;
}

function numberOf(text: string): number | undefined {
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return Date.parse(text);
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

function meets({ properties }: Item, { propertyName, operator, value = '', values = [] }: Filter): boolean {
  const own = properties[propertyName];
  if (operator === 'HAS_PROPERTY') return own !== undefined && own !== '';
  if (operator === 'NOT_HAS_PROPERTY') return own === undefined || own === '';
  if (own === undefined) return operator === 'NEQ' || operator === 'NOT_IN';
  const order = compare(own, value);
  if (operator === 'EQ') return order === 0;
  if (operator === 'NEQ') return order !== 0;
  if (operator === 'LT') return order < 0;
  if (operator === 'LTE') return order <= 0;
  if (operator === 'GT') return order > 0;
  if (operator === 'GTE') return order >= 0;
  if (operator === 'IN') return values.includes(own);
  if (operator === 'NOT_IN') return !values.includes(own);
  return own.toLowerCase().includes(value.toLowerCase());
}

/** Maximum number of results of a search, over all its pages. */
const searchCap = 10_000;

function search({ state, parameters, body }: Call): FakeAnswer {
  const { filterGroups = [], sorts = [], properties, limit = 10, after } = body as Search;
  if (Number(after ?? 0) + limit > searchCap)
    return refused(400, 'VALIDATION_ERROR', 'paging is limited to 10,000 results');
  if (filterGroups.some(({ filters }) => filters.length > 6))
    return refused(400, 'VALIDATION_ERROR', 'at most 6 filters a group');
  const found = state.records.filter(
    (one) =>
      one.type === parameters['objectType'] &&
      !one.isArchived &&
      (filterGroups.length === 0 || filterGroups.some(({ filters }) => filters.every((filter) => meets(one, filter)))),
  );
  const [sort] = sorts;
  if (sort !== undefined) found.sort((a, b) => compare(a.properties[sort] ?? '', b.properties[sort] ?? ''));
  return {
    body: { total: found.length, ...pageOf(found, after, Math.min(limit, 200), (one) => shown(one, properties)) },
  };
}

function changeMembers({ state, parameters, body, happened }: Call, isAdded: boolean): FakeAnswer {
  const id = parameters['listId'] ?? '';
  const members = state.lists.get(id) ?? new Set<string>();
  state.lists.set(id, members);
  const asked = body as string[];
  const known = asked.filter((one) => state.records.some((record) => record.id === one));
  const changed = known.filter((one) => members.has(one) !== isAdded);
  for (const one of changed) {
    if (isAdded) members.add(one);
    else members.delete(one);
    happened(`list:${id}:${isAdded ? 'add' : 'remove'}:${one}`);
  }
  return {
    body: {
      recordsIdsAdded: isAdded ? changed : [],
      recordIdsRemoved: isAdded ? [] : changed,
      recordIdsMissing: asked.filter((one) => !known.includes(one)),
    },
  };
}

export const hubspotFake = defineFake<State>({
  key: 'hubspot',
  makeState,
  addExamples: ({ records }) => {
    records.push(...exampleRecords());
  },
  unauthorized: refused(401, 'EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired.'),
  operations: {
    'GET /account-info/2026-09/details': ({ state }) => ({
      body: {
        portalId: state.portal,
        accountType: 'STANDARD',
        timeZone: 'Europe/Berlin',
        companyCurrency: 'EUR',
        utcOffset: '+01:00',
      },
    }),
    'POST /oauth/2026-09/token': ({ state }) => {
      state.tokens += 1;
      const token = `hubspot-${state.tokens}`;
      return {
        body: {
          access_token: token,
          refresh_token: 'hubspot-refresh',
          expires_in: 1800,
          token_type: 'bearer',
          hub_id: state.portal,
        },
      };
    },
    'POST /oauth/2026-09/token/revoke': () => ({ status: 204 }),
    'POST /crm/objects/2026-09/{objectType}/batch/upsert': ({ state, parameters, body, happened }) => {
      const { inputs } = body as {
        inputs: readonly { id: string; idProperty?: string; objectWriteTraceId?: string; properties: Properties }[];
      };
      const type = parameters['objectType'] ?? '';
      const results = inputs.map(({ id, idProperty, objectWriteTraceId, properties }) => {
        const known = findItem(state, type, id, idProperty);
        const item = known ?? addItem(state, type, { ...(idProperty !== undefined && { [idProperty]: id }) });
        if (known === undefined) happened(`${type}:${id}`);
        change(state, item, properties);
        return {
          ...shown(item, undefined),
          new: known === undefined,
          ...(objectWriteTraceId !== undefined && { objectWriteTraceId }),
        };
      });
      const at = state.now().toISOString();
      return { body: { status: 'COMPLETE', results, startedAt: at, completedAt: at } };
    },
    'POST /crm/objects/2026-09/{objectType}/search': search,
    'POST /crm/objects/2026-09/{objectType}': ({ state, parameters, body, happened }) => {
      const { properties } = body as { properties: Properties };
      const type = parameters['objectType'] ?? '';
      const known = type === 'contacts' ? findItem(state, type, properties['email'], 'email') : undefined;
      if (known !== undefined) return refused(409, 'CONFLICT', `Contact already exists. Existing ID: ${known.id}`);
      const item = addItem(state, type, properties);
      happened(`${type}:${JSON.stringify(properties)}`);
      return { status: 201, body: shown(item, undefined) };
    },
    'GET /crm/objects/2026-09/{objectType}': ({ state, parameters, query }) => {
      const isArchived = String(query['archived']) === 'true';
      const items = state.records.filter(
        (one) => one.type === parameters['objectType'] && one.isArchived === isArchived,
      );
      const names = namesOf(query['properties']);
      return { body: pageOf(items, query['after'], Number(query['limit'] ?? 10), (one) => shown(one, names)) };
    },
    'PATCH /crm/objects/2026-09/{objectType}/{objectId}': ({ state, parameters, query, body, happened }) => {
      const item = findItem(state, parameters['objectType'], parameters['objectId'], query['idProperty']);
      if (item === undefined) return missing();
      const { properties } = body as { properties: Properties };
      if (Object.entries(properties).some(([name, value]) => item.properties[name] !== value))
        happened(`update:${item.id}:${JSON.stringify(properties)}`);
      change(state, item, properties);
      return { body: shown(item, undefined) };
    },
    'GET /crm/objects/2026-09/{objectType}/{objectId}': ({ state, parameters, query }) => {
      const item = findItem(state, parameters['objectType'], parameters['objectId'], query['idProperty']);
      return item === undefined ? missing() : { body: shown(item, namesOf(query['properties'])) };
    },
    'PUT /crm/objects/2026-09/{fromObjectType}/{fromObjectId}/associations/default/{toObjectType}/{toObjectId}': ({
      state,
      parameters: { fromObjectType, fromObjectId = '', toObjectType, toObjectId = '' },
      happened,
    }) => {
      const link = `${fromObjectType}/${fromObjectId} ${toObjectType}/${toObjectId}`;
      if (!state.associations.has(link)) happened(`association:${link}`);
      state.associations.add(link);
      const at = state.now().toISOString();
      const associationSpec = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 4 };
      const result = { associationSpec, from: { id: fromObjectId }, to: { id: toObjectId } };
      return { body: { status: 'COMPLETE', results: [result], startedAt: at, completedAt: at } };
    },
    'PUT /crm/lists/2026-09/{listId}/memberships/add': (call) => changeMembers(call, true),
    'PUT /crm/lists/2026-09/{listId}/memberships/remove': (call) => changeMembers(call, false),
    'GET /crm/owners/2026-09': ({ state, query: { email } }) => ({
      body: {
        results: state.owners
          .filter((owner) => email === undefined || owner.email === email)
          .map((owner) => ({ ...dates, ...owner, archived: false, type: 'PERSON' })),
      },
    }),
    'GET /crm/pipelines/2026-09/{objectType}': ({ state, parameters }) => ({
      body: {
        results: (state.pipelines[parameters['objectType'] ?? ''] ?? []).map((pipeline) => ({
          ...dates,
          ...pipeline,
          displayOrder: 0,
          archived: false,
        })),
      },
    }),
    'GET /crm/properties/2026-09/{objectType}': ({ state }) => ({
      body: {
        results: state.properties.map((name) => ({
          name,
          label: name,
          description: '',
          type: 'string',
          fieldType: 'text',
          groupName: 'contactinformation',
          options: [],
        })),
      },
    }),
  },
});
