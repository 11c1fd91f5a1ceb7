import { fromConnectError } from '@drippulse/rpc';

/** How a call was refused, as `kind reason`, with what was wrong in which field. */
export async function refusal(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { kind, reason, violations } = fromConnectError(error);
    return { error: `${kind} ${reason}`, fields: Object.fromEntries(violations.map((v) => [v.field, v.message])) };
  }
  return undefined;
}
