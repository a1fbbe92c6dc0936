// People and signing in, in English.
import type { accessZh } from './words-access-zh.ts';

export const accessEn: Readonly<Record<keyof typeof accessZh, string>> = {
  roleAdmin: 'Admin',
  rightOwner: 'Owner',
  rightFinance: 'Finance',
  rightDeveloper: 'Developer',
  rightViewer: 'Viewer',
  'right-owner': 'everything, its people too',
  'right-finance': 'settlements, files, refunds',
  'right-developer': 'keys, signatures, notifications',
  'right-viewer': 'looks, changes nothing',
  navStaff: 'People',
  staffText:
    'Who has access, was invited, or had it. A link is shown once: whoever opens it first has the name.',
  staffOfShopText:
    'Who has access to this shop, was invited, or had it. A link is shown once: whoever opens it first has the name.',
  noStaff: 'Nobody yet.',
  invite: 'Invite somebody',
  makeLink: 'Make the link',
  fullName: 'Name',
  usernameWrong: 'This cannot be a username.',
  usernameRule: '2 to 64 lower-case letters, digits, dots, hyphens, underscores or @.',
  role: 'Role',
  rightAtShop: 'Right at the shop',
  clientId: 'Client id of the shop',
  state: 'State',
  lastSeen: 'Last seen',
  'member-active': 'Active',
  'member-invited': 'Invited',
  'member-expired': 'Link expired',
  'member-ended': 'Ended',
  untilTime: 'until {{time}}',
  endMember: 'End access',
  resetMember: 'Reset',
  endText: 'Sessions and tokens end at once. What the person proposed stays, and others decide it.',
  resetText:
    'The password and the second factors count no more, sessions and tokens end at once; a new link opens the name.',
  linkTitle: 'A link that is shown once',
  linkText:
    'Give it to {{username}} and to nobody else; it opens the name until {{time}}. Whoever opens it first and sets a password has the name.',
  linkCopied: 'It is handed over: close',
  welcome: 'Welcome, {{name}}',
  joinText:
    'This link opens the console for you. If this is not you, do not go on, and tell who gave you the link. It is good until {{time}}.',
  joinIn: 'Set the password and enter',
  linkOver: 'This link has ended',
  linkUnusable:
    'The link was used, has expired, or was replaced by a newer one. Ask who invited you for another.',
  toSignIn: 'To the sign-in',
};
