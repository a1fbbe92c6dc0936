// What a message centre says later of a message that it took. Pure.
import type { Delivered } from './pdu.ts';

/** `state`: DELIVRD, UNDELIV, EXPIRED …: the centre's word. `id`: its name for the message. */
export interface Receipt {
  readonly id: string;
  readonly state: string;
}

/** Null for what is no receipt, or says of which message it is in no way that is known. */
export function receiptOf({ isReceipt, text, receiptedId }: Delivered): Receipt | null {
  if (!isReceipt) return null;
  const id = receiptedId ?? /\bid:\s*([^\s]{1,64})/i.exec(text)?.[1];
  const state = /\bstat:\s*([A-Z]{2,10})\b/i.exec(text)?.[1];
  return id === undefined || state === undefined ? null : { id, state: state.toUpperCase() };
}
