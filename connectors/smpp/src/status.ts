// What a status of SMPP says about a message. Pure.
import type { MessageAnswer } from '@tongbao/connector-interface';

export const statuses = {
  ok: 0x00,
  invalidDestination: 0x0b,
  queueFull: 0x14,
  throttled: 0x58,
} as const;

const names: Readonly<Record<number, string>> = {
  1: 'ESME_RINVMSGLEN',
  4: 'ESME_RINVBNDSTS',
  5: 'ESME_RALYBND',
  8: 'ESME_RSYSERR',
  10: 'ESME_RINVSRCADR',
  11: 'ESME_RINVDSTADR',
  13: 'ESME_RBINDFAIL',
  14: 'ESME_RINVPASWD',
  15: 'ESME_RINVSYSID',
  20: 'ESME_RMSGQFUL',
  69: 'ESME_RSUBMITFAIL',
  72: 'ESME_RINVDSTTON',
  73: 'ESME_RINVDSTNPI',
  88: 'ESME_RTHROTTLED',
};

export const nameOf = (status: number): string => names[status] ?? `SMPP 0x${status.toString(16)}`;

/** Worth a pause for everybody: the centre wants less. */
export const wantsPause = (status: number): boolean =>
  status === statuses.throttled || status === statuses.queueFull;

/** Only what is said of the recipient is a refusal; whatever else the centre says, it has not taken the message. */
export function answerOf(status: number): MessageAnswer {
  const outcome =
    status === statuses.ok ? 'accepted' : status === statuses.invalidDestination ? 'refused' : 'later';
  return { outcome, answer: status === statuses.ok ? 'ESME_ROK' : nameOf(status) };
}
