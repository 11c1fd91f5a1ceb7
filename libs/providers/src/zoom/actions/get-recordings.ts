import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { amountOf, given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { meetingField, meetingId } from '../meetings.ts';

export const getRecordings = defineAction({
  provider: 'zoom',
  name: 'get_recordings',
  label: 'Get recordings',
  description: 'Lists the cloud recordings of a meeting, with the links to watch them.',
  input: z.strictObject({ meeting_id: meetingField }),
  output: z.object({
    files: z.array(
      z.object({ id: z.string().optional(), type: z.string().optional(), play_url: z.string().optional() }),
    ),
    count: z.number().optional(),
    password: z.string().optional(),
  }),
  scopes: ['cloud_recording:read:list_recording_files'],
  repeat: 'read',
  example: { meeting_id: '12345678901' },
  *perform({ meeting_id }) {
    const answer = yield { host: 'api', method: 'GET', path: pathOf`/v2/meetings/${meetingId(meeting_id)}/recordings` };
    const { recording_files, recording_count, recording_play_passcode } = objectOf(answer.body);
    const files = listOf(recording_files).map(objectOf);
    return given({
      files: files.map(({ id, file_type, play_url }) =>
        given({ id: textOf(id), type: textOf(file_type), play_url: textOf(play_url) }),
      ),
      count: amountOf(recording_count),
      password: textOf(recording_play_passcode),
    });
  },
});
