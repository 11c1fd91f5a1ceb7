import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations, type Violation } from '@drippulse/errors';
import { SenderService, type UpdateSenderRequest } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { isEmailAddress, lockSender, requireSender, senderToProto } from '../messaging/index.ts';

const maxNameLength = 255;
const maxAddressLength = 1_000;
const maxCategories = 50;
const maxKeyLength = 100;

export async function updateSender(ctx: Context, request: UpdateSenderRequest, call: HandlerContext) {
  const columns = readColumns(request);
  return transact(ctx, call, SenderService.method.updateSender, request, async (trx, { organizationId }) => {
    const { from_email: address } = columns;
    if (address) await requireSender(trx, ctx.config, { organizationId, address, field: 'from_email' });
    await lockSender(trx, organizationId);
    const row = await trx
      .updateTable('senders')
      .set({ ...columns, updated_at: ctx.clock.now() })
      .where('organization_id', '=', organizationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { sender: senderToProto(row) };
  });
}

/** Reads the members that the mask names. Empty strings are read as null. */
function readColumns(request: UpdateSenderRequest) {
  const present = new Set(request.updateMask?.paths);
  const columns = {
    ...(present.has('from_name') && { from_name: request.fromName?.trim() || null }),
    ...(present.has('from_email') && { from_email: request.fromEmail?.trim() || null }),
    ...(present.has('reply_to') && { reply_to: request.replyTo?.trim() || null }),
    ...(present.has('postal_address') && { postal_address: request.postalAddress?.trim() || null }),
  };
  refuseViolations([
    ...nameProblems('from_name', columns.from_name, maxNameLength),
    ...addressProblems('from_email', columns.from_email),
    ...addressProblems('reply_to', columns.reply_to),
    ...lengthProblems('postal_address', columns.postal_address, maxAddressLength),
    ...categoryProblems(request.categories),
  ]);
  const categories = request.categories.map(({ key, name, description }) => ({ key, name, description }));
  return { ...columns, ...(present.has('categories') && { categories: JSON.stringify(categories) }) };
}

/** Returns the problems of a name. A name becomes part of a header, which is one line. */
function nameProblems(field: string, text: string | null | undefined, max: number): Violation[] {
  const problems = lengthProblems(field, text, max);
  if (text && /\p{Cc}/u.test(text)) problems.push({ field, message: 'must be one line', code: 'format' });
  if (text?.includes('@')) problems.push({ field, message: 'must not look like an address', code: 'format' });
  return problems;
}

function lengthProblems(field: string, text: string | null | undefined, max: number): Violation[] {
  if (!text || text.length <= max) return [];
  return [{ field, message: `must be at most ${max} characters long`, code: 'length' }];
}

function addressProblems(field: string, text: string | null | undefined): Violation[] {
  if (!text || isEmailAddress(text)) return [];
  return [{ field, message: 'must be an email address', code: 'format' }];
}

function categoryProblems(categories: UpdateSenderRequest['categories']): Violation[] {
  if (categories.length > maxCategories) {
    return [{ field: 'categories', message: `must be at most ${maxCategories}`, code: 'length' }];
  }
  const seen = new Set<string>();
  return categories.flatMap(({ key, name, description }, index) => {
    const field = `categories.${index}`;
    const isRepeated = seen.has(key);
    seen.add(key);
    return [
      ...(key === '' ? [{ field: `${field}.key`, message: 'is required', code: 'required' as const }] : []),
      ...(name === '' ? [{ field: `${field}.name`, message: 'is required', code: 'required' as const }] : []),
      ...nameProblems(`${field}.key`, key, maxKeyLength),
      ...lengthProblems(`${field}.name`, name, maxNameLength),
      ...lengthProblems(`${field}.description`, description, maxAddressLength),
      ...(isRepeated ? [{ field: `${field}.key`, message: 'occurs twice', code: 'duplicate' as const }] : []),
    ];
  });
}
