import type { Action } from '../actions.ts';
import { addMeetingRegistrant } from './actions/add-meeting-registrant.ts';
import { addWebinarRegistrant } from './actions/add-webinar-registrant.ts';
import { createMeeting } from './actions/create-meeting.ts';
import { createWebinar } from './actions/create-webinar.ts';
import { deleteMeeting } from './actions/delete-meeting.ts';
import { getMeeting } from './actions/get-meeting.ts';
import { getMeetingSummary } from './actions/get-meeting-summary.ts';
import { getRecordings } from './actions/get-recordings.ts';
import { listMeetings } from './actions/list-meetings.ts';
import { listParticipants } from './actions/list-participants.ts';
import { updateMeeting } from './actions/update-meeting.ts';

export { zoom } from './provider.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  createMeeting,
  updateMeeting,
  deleteMeeting,
  getMeeting,
  listMeetings,
  addMeetingRegistrant,
  createWebinar,
  addWebinarRegistrant,
  listParticipants,
  getRecordings,
  getMeetingSummary,
];
