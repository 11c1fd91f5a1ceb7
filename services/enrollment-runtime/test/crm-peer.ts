import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { CrmActivitiesService, CrmActivitySchema } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { type CrmContact, CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmErasuresService } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import { type CrmLead, CrmLeadSchema, CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitiesService, CrmOpportunitySchema } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { type Caller, callerOf, type Routes } from '@drippulse/rpc';

function isAsked(ids: readonly string[], { id, publicId }: { id: string; publicId: string }): boolean {
  return ids.length === 0 || ids.includes(id) || ids.includes(publicId);
}

/** A write that reached the CRM. */
export type CrmWrite = { method: string; request: object; caller: Caller; key: string | null; cause: string | null };

export type CrmPeer = ReturnType<typeof createCrmPeer>;

/**
 * The part of the CRM that this service calls. It behaves as the CRM promises: one write per key, pages by cursor, and
 * errors for missing records.
 */
export function createCrmPeer() {
  const writes: CrmWrite[] = [];
  const leads: CrmLead[] = [];
  const contacts: CrmContact[] = [];
  /** Addresses of erased people, by contact. */
  const erasures = new Map<string, string[]>();
  const answers = new Map<string, unknown>();
  const failures: (DomainError | undefined)[] = [];
  let pages = 0;
  let gate: PromiseWithResolvers<void> | undefined;

  function failIfAsked(): void {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
  }

  /** Throws if a failure is set. Repeats the stored response for a known key. Otherwise records the write. */
  function once<D extends DescMessage>(
    method: string,
    request: object,
    call: HandlerContext,
    make: () => MessageShape<D>,
  ): MessageShape<D> {
    failIfAsked();
    const key = call.requestHeader.get('idempotency-key');
    const known = key === null ? undefined : answers.get(key);
    if (known !== undefined) return known as MessageShape<D>; // the stored response of this method for this key
    const cause = call.requestHeader.get('x-cause');
    writes.push({ method, request, caller: callerOf(call), key, cause });
    const made = make();
    if (key !== null) answers.set(key, made);
    return made;
  }

  function page<T extends { publicId: string }>(rows: readonly T[], limit = 100, cursor = '0') {
    pages += 1;
    failIfAsked();
    const from = Number(cursor);
    const nextCursor = from + limit < rows.length ? String(from + limit) : undefined;
    return { rows: rows.slice(from, from + limit), totalCount: BigInt(rows.length), nextCursor };
  }

  const routes: Routes = (router) => {
    router.service(CrmLeadsService, {
      createCrmLead: (request, call) => ({
        lead: once<typeof CrmLeadSchema>('createCrmLead', request, call, () =>
          create(CrmLeadSchema, {
            id: 'l',
            publicId: `lead_${writes.length}`,
            email: request.email,
            custom: bytes('{}'),
          }),
        ),
      }),
      updateCrmLead(request, call) {
        if (request.id === 'lead_gone')
          throw new DomainError('not_found', 'lead_not_found', 'There is no lead with this id.');
        const lead = once<typeof CrmLeadSchema>('updateCrmLead', request, call, () =>
          create(CrmLeadSchema, { id: 'l', publicId: request.id, score: request.score, custom: bytes('{}') }),
        );
        return { lead };
      },
      async listCrmLeads(request, call) {
        const own = leads.filter(
          (lead) =>
            callerOf(call).organizationId === BigInt(lead.externalSystem ?? '1') &&
            isAsked(request.ids, lead) &&
            (request.status === undefined || lead.status === request.status) &&
            (request.source === undefined || lead.source === request.source),
        );
        const { rows, ...totals } = page(own, request.limit, request.cursor);
        await gate?.promise;
        return { leads: rows, ...totals };
      },
    });
    router.service(CrmContactsService, {
      getCrmContact({ id }) {
        failIfAsked();
        const contact = contacts.find((known) => known.id === id || known.publicId === id);
        if (contact === undefined)
          throw new DomainError('not_found', 'contact_not_found', 'There is no contact with this id.');
        return { contact };
      },
      listCrmContacts(request) {
        const asked = contacts.filter((contact) => isAsked(request.ids, contact));
        const { rows, ...totals } = page(asked, request.limit, request.cursor);
        return { contacts: rows, ...totals };
      },
    });
    router.service(CrmErasuresService, {
      getCrmErasure: ({ contactId }) => ({ emails: erasures.get(contactId) ?? [] }),
      finishCrmErasure({ contactId }) {
        erasures.delete(contactId);
        return {};
      },
    });
    router.service(CrmActivitiesService, {
      createCrmActivity: (request, call) => ({
        activity: once<typeof CrmActivitySchema>('createCrmActivity', request, call, () =>
          create(CrmActivitySchema, { id: 'a', publicId: 'act_1', subject: request.subject, custom: bytes('{}') }),
        ),
      }),
    });
    router.service(CrmOpportunitiesService, {
      updateCrmOpportunity: (request, call) => ({
        opportunity: once<typeof CrmOpportunitySchema>('updateCrmOpportunity', request, call, () =>
          create(CrmOpportunitySchema, { id: 'o', publicId: request.id, custom: bytes('{}') }),
        ),
      }),
    });
  };

  return {
    routes,
    writes,
    leads,
    contacts,
    erasures,
    pages: () => pages,
    /** Sets the failures of the next calls. Undefined lets a call succeed. */
    fail(...next: (DomainError | undefined)[]) {
      failures.push(...next);
    },
    /** Delays pages of leads until `releasePages`. */
    holdPages() {
      gate = Promise.withResolvers();
    },
    releasePages() {
      gate?.resolve();
      gate = undefined;
    },
  };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
