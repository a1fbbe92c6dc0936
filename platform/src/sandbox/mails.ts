// The sandbox's mail server: nothing leaves the machine; the last mails are kept in memory to be shown.
import type { Mail, MailService } from '@tongbao/connector-interface';

export interface SandboxMails extends MailService {
  /** The last 50 mails, newest first. */
  readonly latest: () => readonly (Mail & { readonly sentAt: Date })[];
}

const kept = 50;

export function createSandboxMails(now: () => Date): SandboxMails {
  const mails = new Map<string, Mail & { readonly sentAt: Date }>();
  return {
    send(mail) {
      mails.set(mail.reference, { ...mail, sentAt: now() });
      if (mails.size > kept) mails.delete(mails.keys().next().value!);
      return Promise.resolve({ outcome: 'accepted', answer: '250' });
    },
    latest: () => [...mails.values()].reverse(),
  };
}
