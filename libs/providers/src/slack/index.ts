import type { Action } from '../actions.ts';
import { addReaction } from './actions/add-reaction.ts';
import { createChannel } from './actions/create-channel.ts';
import { deleteMessage } from './actions/delete-message.ts';
import { findChannel } from './actions/find-channel.ts';
import { findUser } from './actions/find-user.ts';
import { inviteToChannel } from './actions/invite-to-channel.ts';
import { joinChannel } from './actions/join-channel.ts';
import { postAlert } from './actions/post-alert.ts';
import { postMessage } from './actions/post-message.ts';
import { scheduleMessage } from './actions/schedule-message.ts';
import { sendDirectMessage } from './actions/send-direct-message.ts';
import { setChannelTopic } from './actions/set-channel-topic.ts';
import { updateMessage } from './actions/update-message.ts';

export { slack } from './provider.ts';

/** The actions, in the order of the catalog. */
export const actions: readonly Action[] = [
  postMessage,
  postAlert,
  sendDirectMessage,
  updateMessage,
  deleteMessage,
  scheduleMessage,
  findUser,
  findChannel,
  createChannel,
  inviteToChannel,
  joinChannel,
  setChannelTopic,
  addReaction,
];
