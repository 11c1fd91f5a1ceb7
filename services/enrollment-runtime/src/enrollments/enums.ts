import {
  DeliveryStatus,
  EnrollmentStatus,
  TimelineStatus,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';

const enrollmentStatuses = {
  active: EnrollmentStatus.ACTIVE,
  paused: EnrollmentStatus.PAUSED,
  completed: EnrollmentStatus.COMPLETED,
  failed: EnrollmentStatus.FAILED,
  cancelled: EnrollmentStatus.CANCELLED,
} as const;

const timelineStatuses = new Map<string, TimelineStatus>([
  ['succeeded', TimelineStatus.SUCCEEDED],
  ['waiting', TimelineStatus.WAITING],
  ['skipped', TimelineStatus.SKIPPED],
  ['failed', TimelineStatus.FAILED],
  ['retrying', TimelineStatus.RETRYING],
]);

const deliveryStatuses = new Map<string, DeliveryStatus>([
  ['queued', DeliveryStatus.QUEUED],
  ['sent', DeliveryStatus.SENT],
  ['delivered', DeliveryStatus.DELIVERED],
  ['bounced', DeliveryStatus.BOUNCED],
  ['complained', DeliveryStatus.COMPLAINED],
  ['failed', DeliveryStatus.FAILED],
  ['skipped', DeliveryStatus.SKIPPED],
]);

export function statusToProto(status: keyof typeof enrollmentStatuses): EnrollmentStatus {
  return enrollmentStatuses[status];
}

export function statusFromProto(status: EnrollmentStatus | undefined): keyof typeof enrollmentStatuses | undefined {
  const names = Object.keys(enrollmentStatuses) as (keyof typeof enrollmentStatuses)[];
  return names.find((name) => enrollmentStatuses[name] === status);
}

export function timelineStatusToProto(status: string): TimelineStatus {
  return timelineStatuses.get(status) ?? TimelineStatus.UNSPECIFIED;
}

export function deliveryStatusToProto(status: string): DeliveryStatus {
  return deliveryStatuses.get(status) ?? DeliveryStatus.UNSPECIFIED;
}
