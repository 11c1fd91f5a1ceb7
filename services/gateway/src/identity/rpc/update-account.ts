import type { HandlerContext } from '@connectrpc/connect';
import type { Violation } from '@drippulse/errors';
import { refuseViolations } from '@drippulse/errors';
import { AccountService, type UpdateAccountRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { transact } from '@drippulse/writes';
import { accountToProto } from '../account/to-proto.ts';
import type { Context } from '../context.ts';
import { maskedFields } from '../update-mask.ts';
import { textProblems } from '../violations.ts';

const maxNameLength = 255;
const maxSettingsBytes = 64 * 1024;

export async function updateAccount(ctx: Context, request: UpdateAccountRequest, call: HandlerContext) {
  const { name, timezone, settings } = maskedFields(request, ['name', 'timezone', 'settings']);
  const settingsText = settings === undefined ? undefined : settingsOf(settings);
  refuseViolations([
    ...(name === undefined ? [] : textProblems('name', name, maxNameLength)),
    ...settingsProblems(settingsText),
  ]);
  refuseViolations(timezoneProblems(timezone), 'invalid_timezone');
  return transact(ctx, call, AccountService.method.updateAccount, request, async (trx, { organizationId }) => {
    const row = await trx
      .updateTable('organizations')
      .set({
        ...(typeof name === 'string' && { name }),
        ...(typeof timezone === 'string' && { timezone }),
        ...(settingsText !== undefined && { settings: settingsText }),
        updated_at: ctx.clock.now(),
      })
      .where('id', '=', organizationId)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { account: await accountToProto(trx, row) };
  });
}

/**
 * Returns the settings of a request, as an unchanged string so that numbers keep their digits. Null clears the
 * settings.
 */
function settingsOf(settings: Uint8Array | null): string {
  return settings === null ? '{}' : new TextDecoder().decode(settings);
}

function settingsProblems(text: string | undefined): Violation[] {
  if (text === undefined) return [];
  if (!text.trimStart().startsWith('{')) return [{ field: 'settings', message: 'must be an object', code: 'type' }];
  if (Buffer.byteLength(text) <= maxSettingsBytes) return [];
  return [{ field: 'settings', message: `must be at most ${maxSettingsBytes / 1024} KiB`, code: 'length' }];
}

function timezoneProblems(timezone: string | null | undefined): Violation[] {
  if (timezone === undefined || (timezone !== null && isTimezone(timezone))) return [];
  return [{ field: 'timezone', message: 'must be an IANA time zone such as Europe/Berlin', code: 'format' }];
}

function isTimezone(text: string): boolean {
  // Intl also accepts offsets such as +02:00. An offset has no summer time and is not a zone.
  if (/^[+-]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
