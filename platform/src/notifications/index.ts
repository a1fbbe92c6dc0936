// The door of the notifications room.
export type { Carry, Channel } from './deliver.ts';
export type {
  Attempt,
  NewNotification,
  Notification,
} from './notification.ts';
export { createNotifications, type Notifications } from './notifications.ts';
export { notificationRows, readDeliveryQueue } from './store.ts';
