// Which addresses a shop may name: where a shopper is sent back to, and where a server is notified. One rule at every
// door, and again in the page that navigates.

/** Characters that browsers drop, fold or show as something else; a blank ends an address in most clients. */
const odd = /[\s\p{C}\p{Z}\\<>"`]/u;

/** `scheme://authority…`: nothing relative, nothing that a browser would complete by itself. */
const shape = /^([a-z][a-z0-9+.-]{1,40}):\/\/([^/?#]+)(?:[/?#].*)?$/i;

/**
 * Schemes that browsers and systems give a meaning of their own: scripts, documents, other programs. A shop's own app
 * (`myshop://paid`, `com.shop.app://paid`) has none of these.
 */
const taken = new Set(
  [
    'about acap adiumxtra afp android android-app app blob cid content cvs data dav dns facetime facetime-audio feed file',
    'filesystem finger fish ftp ftps geo git gopher help hcp iax imap intent irc ircs itms itms-apps itms-services jar',
    'javascript jdbc ldap ldaps livescript magnet mailto maps market mhtml mid mk mms mocha msnim ms news nfs nntp oem',
    'package ped pop pres prefs res resource rmi rsync rtmp rtsp search search-ms sftp shell shortcuts sip sips skype sms',
    'smb snews ssh steam stun svn tcp teamviewer tel telnet tftp udp unix urn vbscript view-source vnc vscode webcal',
    'ws wss wyciwyg x-apple.systempreferences x-javascript xmpp zoommtg',
  ]
    .join(' ')
    .split(' '),
);
/** ms-msdt:, ms-settings:, chrome-extension:, moz-extension:, web+…: families of the same kind. */
const takenFamily =
  /^(ms-|microsoft|chrome|edge|moz|safari|opera|brave|web\+|view-|x-|vnd\.|search-|git\+|svn\+)/;

function parts(text: string): { scheme: string; url: URL } | null {
  const match = odd.test(text) ? null : shape.exec(text);
  if (match === null || !URL.canParse(text)) return null;
  const url = new URL(text);
  // An @ before the path sets what reads like the host in front of the real one.
  if (url.username !== '' || url.password !== '' || match[2]!.includes('@')) return null;
  return { scheme: match[1]!.toLowerCase(), url };
}

const isWeb = (scheme: string): boolean => scheme === 'https' || scheme === 'http';

/** Where a server can be told something: absolute http(s), without credentials. Whether it may be reached is decided apart. */
export function isWebAddress(text: string): boolean {
  const found = parts(text);
  return found !== null && isWeb(found.scheme) && found.url.hostname !== '';
}

/** Where a shopper can be sent: a web address, or a link into the shop's own app. */
export function isReturnAddress(text: string): boolean {
  const found = parts(text);
  if (found === null) return false;
  if (isWeb(found.scheme)) return found.url.hostname !== '';
  return !taken.has(found.scheme) && !takenFamily.test(found.scheme);
}
