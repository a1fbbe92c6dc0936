// What Tongbao needs of those who carry messages to people: short messages to phones, and e-mail.
//
// Whoever calls holds no transaction open meanwhile. Hardly any network can say afterwards what became of a message whose answer
// was lost: it is sent again then, under the same reference, and each connector says how far that keeps a second copy away.

/**
 * accepted: it is theirs now. refused: this message will never be taken as it is. later: it has certainly not been sent.
 * `answer`: their code (`250`, `550 5.1.1`, `ESME_RTHROTTLED`) or a word of our own; never a text of theirs, which may
 * name the person.
 */
export interface MessageAnswer {
  readonly outcome: 'accepted' | 'refused' | 'later';
  readonly answer: string;
}

export interface Mail {
  /** Unique for ever, 1–64 characters of a–z, 0–9 and -: the same reference is the same mail, and has the same Message-ID. */
  readonly reference: string;
  /** One plain address. */
  readonly to: string;
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** When it was written; the same at every attempt. */
  readonly at: Date;
}

export interface MailService {
  /** Throws where it is unknown whether the server has it. Ends within 45 seconds. */
  send(mail: Mail): Promise<MessageAnswer>;
}

export interface ShortMessage {
  /** Unique for ever, 1–64 characters of a–z, 0–9 and -: the same reference is the same message. */
  readonly reference: string;
  /** E.164: `+8613800138000`. */
  readonly to: string;
  readonly text: string;
}

export interface SmsService {
  /** Throws where it is unknown whether the network has it. Ends within 15 seconds. */
  send(message: ShortMessage): Promise<MessageAnswer>;
}
