import type { Message } from '@bufbuild/protobuf';
import type { CallOptions } from '@connectrpc/connect';
import { CrmActivityKind } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import type { Caller } from '@drippulse/rpc';
import type { Harness } from './harness.ts';

/** Members of every record, for tests of all collections. */
export type AnyRecord = Message & {
  id: string;
  publicId: string;
  custom: Uint8Array;
  externalId?: string;
  ownerId?: bigint;
};

type Update = {
  id: string;
  updateMask: { paths: string[] };
  externalId?: string;
  custom?: Uint8Array;
  ownerId?: bigint;
};
type List = { limit?: number; cursor?: string; page?: number; q?: string; sort?: string; externalId?: string };
type Create = { externalSystem?: string; externalId?: string; custom?: Uint8Array; ownerId?: bigint };

/** One collection with its operations. */
export type AnyCollection = {
  type: string;
  prefix: string;
  create(caller: Caller, fields?: Create, options?: CallOptions): Promise<AnyRecord>;
  get(caller: Caller, id: string): Promise<AnyRecord>;
  update(caller: Caller, request: Update): Promise<AnyRecord>;
  remove(caller: Caller, id: string): Promise<unknown>;
  list(caller: Caller, request?: List): Promise<{ rows: AnyRecord[]; nextCursor?: string; totalCount: bigint }>;
};

/** Returns the five collections. `create` sets only required fields; `q` searches for the record with the name. */
export function collectionsOf(harness: () => Harness, name: string): AnyCollection[] {
  const accounts = (caller: Caller) => harness().accounts(caller);
  const contacts = (caller: Caller) => harness().contacts(caller);
  const leads = (caller: Caller) => harness().leads(caller);
  const opportunities = (caller: Caller) => harness().opportunities(caller);
  const activities = (caller: Caller) => harness().activities(caller);
  return [
    {
      type: 'account',
      prefix: 'acct_',
      create: async (by, fields, options) =>
        found((await accounts(by).createCrmAccount({ name, ...fields }, options)).account),
      get: async (by, id) => found((await accounts(by).getCrmAccount({ id })).account),
      update: async (by, request) => found((await accounts(by).updateCrmAccount(request)).account),
      remove: (by, id) => accounts(by).deleteCrmAccount({ id }),
      list: async (by, request = {}) => {
        const { accounts: rows, ...page } = await accounts(by).listCrmAccounts(request);
        return { rows, ...page };
      },
    },
    {
      type: 'contact',
      prefix: 'cnt_',
      create: async (by, fields, options) =>
        found((await contacts(by).createCrmContact({ lastName: name, ...fields }, options)).contact),
      get: async (by, id) => found((await contacts(by).getCrmContact({ id })).contact),
      update: async (by, request) => found((await contacts(by).updateCrmContact(request)).contact),
      remove: (by, id) => contacts(by).deleteCrmContact({ id }),
      list: async (by, request = {}) => {
        const { contacts: rows, ...page } = await contacts(by).listCrmContacts(request);
        return { rows, ...page };
      },
    },
    {
      type: 'lead',
      prefix: 'lead_',
      create: async (by, fields, options) =>
        found((await leads(by).createCrmLead({ companyName: name, ...fields }, options)).lead),
      get: async (by, id) => found((await leads(by).getCrmLead({ id })).lead),
      update: async (by, request) => found((await leads(by).updateCrmLead(request)).lead),
      remove: (by, id) => leads(by).deleteCrmLead({ id }),
      list: async (by, request = {}) => {
        const { leads: rows, ...page } = await leads(by).listCrmLeads(request);
        return { rows, ...page };
      },
    },
    {
      type: 'opportunity',
      prefix: 'opp_',
      create: async (by, fields, options) =>
        found((await opportunities(by).createCrmOpportunity({ name, ...fields }, options)).opportunity),
      get: async (by, id) => found((await opportunities(by).getCrmOpportunity({ id })).opportunity),
      update: async (by, request) => found((await opportunities(by).updateCrmOpportunity(request)).opportunity),
      remove: (by, id) => opportunities(by).deleteCrmOpportunity({ id }),
      list: async (by, request = {}) => {
        const { opportunities: rows, ...page } = await opportunities(by).listCrmOpportunities(request);
        return { rows, ...page };
      },
    },
    {
      type: 'activity',
      prefix: 'act_',
      create: async (by, fields, options) => {
        const request = { kind: CrmActivityKind.NOTE, subject: name, ...fields };
        return found((await activities(by).createCrmActivity(request, options)).activity);
      },
      get: async (by, id) => found((await activities(by).getCrmActivity({ id })).activity),
      update: async (by, request) => found((await activities(by).updateCrmActivity(request)).activity),
      remove: (by, id) => activities(by).deleteCrmActivity({ id }),
      list: async (by, request = {}) => {
        const { activities: rows, ...page } = await activities(by).listCrmActivities(request);
        return { rows, ...page };
      },
    },
  ];
}

export function found<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('no record came back');
  return row;
}
