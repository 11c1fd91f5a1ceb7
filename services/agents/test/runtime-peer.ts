import { createHash } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { parseJson, stringifyJson } from '@drippulse/json';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { ActionsService } from '@drippulse/proto/drippulse/journeys/v1/actions_pb';
import {
  type Approval,
  ApprovalRequestsService,
  ApprovalSchema,
  ApprovalStatus,
} from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import type { EffectResultSchema } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { callerOf, type Routes } from '@drippulse/rpc';

export type Performed = { key: string; kind: string; request: Record<string, unknown>; bytes: string; attempt: number };

/**
 * Creates a fake of the runtime, for actions and approvals, and of the CRM, for leads. It gives the guarantees of both
 * services.
 */
export function createRuntimePeer() {
  const performed: Performed[] = [];
  const approvals = new Map<string, Approval>();
  const leads = new Map<string, { organizationId: bigint; title: string }>();
  const results: MessageInitShape<typeof EffectResultSchema>[] = [];
  const state = { isAway: false };

  const routes: Routes = (router) => {
    router.service(ActionsService, {
      performAction({ key, kind, request, attempt }) {
        if (state.isAway) throw new ConnectError('away', Code.Unavailable);
        const bytes = Buffer.from(request).toString();
        performed.push({ key, kind, request: JSON.parse(bytes), bytes, attempt });
        const usual = { outcome: { case: 'succeeded' as const, value: { message: 'Done', output: new Uint8Array() } } };
        return { result: results.shift() ?? usual };
      },
    });
    router.service(ApprovalRequestsService, {
      requestApproval(request) {
        const known = approvals.get(request.key);
        if (known !== undefined && known.status !== ApprovalStatus.PENDING) return { approval: known };
        const preview = Buffer.from(stringifyJson(parseJson(Buffer.from(request.preview).toString())));
        const approval = create(ApprovalSchema, {
          id: known?.id ?? BigInt(approvals.size + 1),
          kind: request.kind,
          canEditArguments: request.canEditArguments,
          status: ApprovalStatus.PENDING,
          binding: createHash('sha256').update(preview).digest('hex'),
          message: request.message,
          preview,
          ...(request.agentId !== undefined && { agentId: request.agentId }),
          ...(request.executionId !== undefined && { executionId: request.executionId }),
          ...(request.expiresAt && { expiresAt: request.expiresAt }),
        });
        // A repeated question changes the stored object, because the test may already hold this object to decide about
        // it.
        if (known !== undefined) return { approval: Object.assign(known, approval) };
        approvals.set(request.key, approval);
        return { approval };
      },
      cancelApproval({ key }) {
        const known = approvals.get(key);
        if (known?.status === ApprovalStatus.PENDING) known.status = ApprovalStatus.CANCELLED;
        return {};
      },
    });
  };
  const crm: Routes = (router) => {
    router.service(CrmLeadsService, {
      getCrmLead({ id }, call) {
        const lead = leads.get(id);
        if (lead?.organizationId !== callerOf(call).organizationId) {
          throw new DomainError('not_found', 'lead_not_found', 'There is no lead with this id.');
        }
        return { lead: { publicId: id, title: lead.title } };
      },
      listCrmLeads(_request, call) {
        const { organizationId } = callerOf(call);
        const own = [...leads].filter(([, lead]) => lead.organizationId === organizationId);
        return { leads: own.map(([publicId, { title }]) => ({ publicId, title })), totalCount: BigInt(own.length) };
      },
    });
  };
  return {
    performed,
    approvals,
    leads,
    state,
    /** Sets the results of the next actions. */
    answerNext: (...next: typeof results) => void results.push(...next),
    routes,
    crm,
    clear() {
      performed.length = 0;
      approvals.clear();
      leads.clear();
      results.length = 0;
      state.isAway = false;
    },
  };
}
