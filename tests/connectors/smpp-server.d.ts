// The little that the tests use of npm's smpp, which comes without types.
declare module 'smpp' {
  import type { Server } from 'node:net';

  export interface SmppPdu {
    readonly command: string;
    readonly sequence_number: number;
    readonly system_id?: string;
    readonly password?: string;
    readonly source_addr?: string;
    readonly destination_addr?: string;
    readonly data_coding?: number;
    readonly short_message?: { readonly message?: string | Buffer; readonly udh?: readonly Buffer[] };
    readonly user_message_reference?: number;
    response(options?: object): SmppPdu;
  }
  export interface SmppSession {
    on(event: string, listener: (pdu: SmppPdu) => void): void;
    send(pdu: SmppPdu): boolean;
    deliver_sm(options: object): boolean;
    enquire_link(listener: (pdu: SmppPdu) => void): boolean;
    unbind(): boolean;
    destroy(): void;
    readonly socket: import('node:net').Socket;
  }
  export function createServer(options: object, listener: (session: SmppSession) => void): Server;
}
