// The sandbox's SMS centre: nothing leaves the machine; the last messages are kept in memory to be shown.

export interface Sms {
  readonly phone: string;
  readonly text: string;
  readonly at: Date;
}

export interface SandboxSms {
  send(phone: string, text: string): Promise<void>;
  /** The last 50 messages, newest first. */
  readonly latest: () => readonly Sms[];
}

const kept = 50;

export function createSandboxSms(now: () => Date): SandboxSms {
  const messages: Sms[] = [];
  return {
    send(phone, text) {
      messages.unshift({ phone, text, at: now() });
      messages.length = Math.min(messages.length, kept);
      return Promise.resolve();
    },
    latest: () => messages,
  };
}
