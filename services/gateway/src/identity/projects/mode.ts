import { type Caller, fromConnectError, type Mode, modeToProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';

/**
 * Returns the mode of a project. The mode is live while the project has live workflows, because changing the project
 * would affect them.
 */
export async function modeOfProject({ workflows }: Context['clients'], caller: Caller, id: unknown): Promise<Mode> {
  const projectId = id as bigint; // requests that name a project give its id as a bigint
  try {
    const request = { projectIds: [projectId], mode: modeToProto('live') };
    const { counts } = await workflows(caller).countByProject(request, { timeoutMs: 2000 });
    return (counts[String(projectId)] ?? 0n) > 0n ? 'live' : 'test';
  } catch (error) {
    throw fromConnectError(error);
  }
}
