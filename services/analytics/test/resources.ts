import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, _mark, _made, get) => {
  const report = await post('/reports/generate', { type: 'pipeline', format: 'csv' });
  // Reports are not sent to members who have not accepted their invitation.
  const members: { id: number; status: string }[] = (await get('/team_members')).team_members;
  const member = members.find(({ status }) => status === 'active');
  await post(`/reports/${report.id}/schedule`, { cron: 'weekly', recipients: [String(member?.id)] });
  return { reports: report.id };
};
