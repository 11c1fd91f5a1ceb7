import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { meetingField, meetingId } from '../meetings.ts';

export const getMeetingSummary = defineAction({
  provider: 'zoom',
  name: 'get_meeting_summary',
  label: 'Get the summary of a meeting',
  description: 'Reads what AI Companion wrote about a meeting. It is there some minutes after the end.',
  input: z.strictObject({ meeting_id: meetingField }),
  output: z.object({ title: z.string().optional(), overview: z.string().optional(), next_steps: z.array(z.string()) }),
  scopes: ['meeting:read:summary'],
  repeat: 'read',
  example: { meeting_id: '12345678901' },
  *perform({ meeting_id }) {
    const path = pathOf`/v2/meetings/${meetingId(meeting_id)}/meeting_summary`;
    const { summary_title, summary_overview, next_steps } = objectOf((yield { host: 'api', method: 'GET', path }).body);
    return given({
      title: textOf(summary_title),
      overview: textOf(summary_overview),
      next_steps: listOf(next_steps).map((step) => textOf(step) ?? ''),
    });
  },
});
