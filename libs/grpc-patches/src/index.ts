export { keepCallsOfClosingSessions } from './closing-sessions.ts';
export { connectDeadlineMs, withConnectDeadline } from './connect-deadline.ts';
export { followed, lookUpEveryMs } from './followed-name.ts';
export { wasNeverSent } from './never-sent.ts';
