// The structure of pain.001.001.03 and .09 as the ISO 20022 message definitions publish it, as far as our messages go: each
// element's children in their order with their cardinalities, and the patterns of texts. Tests check messages with it.

/** Children in order: name, least, most. Elements that a definition has and our messages never use stand by name. */
type Children = readonly (readonly [name: string, least: number, most: number])[];
type Structure = Readonly<Record<string, Children | RegExp>>;

const many = 1_000_000;
const once = (name: string): readonly [string, number, number] => [name, 0, 1];
const party: Children = [
  ['Nm', 0, 1],
  ['PstlAdr', 0, 1],
  ['Id', 0, 1],
  ['CtryOfRes', 0, 1],
  ['CtctDtls', 0, 1],
];
const agent: Children = [
  ['FinInstnId', 1, 1],
  ['BrnchId', 0, 1],
];
const account: Children = [
  ['Id', 1, 1],
  ['Tp', 0, 1],
  ['Ccy', 0, 1],
  ['Nm', 0, 1],
];
const text = (most: number): RegExp => new RegExp(`^[^\\p{Cc}]{1,${most}}$`, 'u');
const decimal = /^(?=(?:\D*\d){1,18}\D*$)\d+(\.\d{1,5})?$/;

/** By path from the Document; a path's last two names suffice where they are unlike any other. */
export const pain001Structure: Structure = {
  Document: [['CstmrCdtTrfInitn', 1, 1]],
  CstmrCdtTrfInitn: [
    ['GrpHdr', 1, 1],
    ['PmtInf', 1, many],
  ],
  GrpHdr: [
    ['MsgId', 1, 1],
    ['CreDtTm', 1, 1],
    ['Authstn', 0, 2],
    ['NbOfTxs', 1, 1],
    ['CtrlSum', 0, 1],
    ['InitgPty', 1, 1],
    ['FwdgAgt', 0, 1],
  ],
  PmtInf: [
    ['PmtInfId', 1, 1],
    ['PmtMtd', 1, 1],
    ['BtchBookg', 0, 1],
    ['NbOfTxs', 0, 1],
    ['CtrlSum', 0, 1],
    ['PmtTpInf', 0, 1],
    ['ReqdExctnDt', 1, 1],
    ['PoolgAdjstmntDt', 0, 1],
    ['Dbtr', 1, 1],
    ['DbtrAcct', 1, 1],
    ['DbtrAgt', 1, 1],
    ['DbtrAgtAcct', 0, 1],
    ['UltmtDbtr', 0, 1],
    ['ChrgBr', 0, 1],
    ['ChrgsAcct', 0, 1],
    ['ChrgsAcctAgt', 0, 1],
    ['CdtTrfTxInf', 1, many],
  ],
  CdtTrfTxInf: [
    ['PmtId', 1, 1],
    ['PmtTpInf', 0, 1],
    ['Amt', 1, 1],
    ['XchgRateInf', 0, 1],
    ['ChrgBr', 0, 1],
    ['ChqInstr', 0, 1],
    ['UltmtDbtr', 0, 1],
    ['IntrmyAgt1', 0, 1],
    ['IntrmyAgt1Acct', 0, 1],
    ['IntrmyAgt2', 0, 1],
    ['IntrmyAgt2Acct', 0, 1],
    ['IntrmyAgt3', 0, 1],
    ['IntrmyAgt3Acct', 0, 1],
    ['CdtrAgt', 0, 1],
    ['CdtrAgtAcct', 0, 1],
    ['Cdtr', 0, 1],
    ['CdtrAcct', 0, 1],
    ['UltmtCdtr', 0, 1],
    ['InstrForCdtrAgt', 0, many],
    ['InstrForDbtrAgt', 0, 1],
    ['Purp', 0, 1],
    ['RgltryRptg', 0, 10],
    ['Tax', 0, 1],
    ['RltdRmtInf', 0, 10],
    ['RmtInf', 0, 1],
  ],
  PmtId: [
    ['InstrId', 0, 1],
    ['EndToEndId', 1, 1],
  ],
  Amt: [['InstdAmt', 1, 1]],
  InitgPty: party,
  Dbtr: party,
  Cdtr: party,
  DbtrAgt: agent,
  CdtrAgt: agent,
  DbtrAcct: account,
  CdtrAcct: account,
  FinInstnId: [
    ['BIC', 0, 1],
    ['ClrSysMmbId', 0, 1],
    ['Nm', 0, 1],
    ['PstlAdr', 0, 1],
    ['Othr', 0, 1],
  ],
  'DbtrAcct/Id': [
    ['IBAN', 0, 1],
    ['Othr', 0, 1],
  ],
  'CdtrAcct/Id': [
    ['IBAN', 0, 1],
    ['Othr', 0, 1],
  ],
  IBAN: /^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/,
  Purp: [
    ['Cd', 0, 1],
    ['Prtry', 0, 1],
  ],
  'Purp/Cd': /^[A-Z]{1,4}$/,
  PstlAdr: [
    ['AdrTp', 0, 1],
    ['Dept', 0, 1],
    ['SubDept', 0, 1],
    ['StrtNm', 0, 1],
    ['BldgNb', 0, 1],
    ['PstCd', 0, 1],
    ['TwnNm', 0, 1],
    ['CtrySubDvsn', 0, 1],
    ['Ctry', 0, 1],
    ['AdrLine', 0, 7],
  ],
  StrtNm: text(70),
  BldgNb: text(16),
  PstCd: text(16),
  TwnNm: text(35),
  Ctry: /^[A-Z]{2}$/,
  Othr: [
    ['Id', 1, 1],
    ['SchmeNm', 0, 1],
    ['Issr', 0, 1],
  ],
  RmtInf: [
    ['Ustrd', 0, many],
    ['Strd', 0, many],
  ],
  MsgId: text(35),
  PmtInfId: text(35),
  EndToEndId: text(35),
  CreDtTm: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/,
  NbOfTxs: /^\d{1,15}$/,
  CtrlSum: decimal,
  PmtMtd: /^(CHK|TRF|TRA)$/,
  BtchBookg: /^(true|false|0|1)$/,
  ReqdExctnDt: /^\d{4}-\d\d-\d\d$/,
  Nm: text(140),
  'Othr/Id': text(34),
  Ccy: /^[A-Z]{3}$/,
  BIC: /^[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?$/,
  InstdAmt: decimal,
  Ustrd: text(140),
};

/** What 001.09 has otherwise: the day is a choice, the BIC has another name, the address has more parts. */
export const pain001Version09: Structure = {
  ...pain001Structure,
  ReqdExctnDt: [
    ['Dt', 0, 1],
    ['DtTm', 0, 1],
  ],
  Dt: /^\d{4}-\d\d-\d\d$/,
  FinInstnId: [
    ['BICFI', 0, 1],
    ['ClrSysMmbId', 0, 1],
    ['LEI', 0, 1],
    ['Nm', 0, 1],
    ['PstlAdr', 0, 1],
    ['Othr', 0, 1],
  ],
  BICFI: /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/,
  PstlAdr: [
    ...[
      'AdrTp',
      'Dept',
      'SubDept',
      'StrtNm',
      'BldgNb',
      'BldgNm',
      'Flr',
      'PstBx',
      'Room',
      'PstCd',
      'TwnNm',
    ].map(once),
    ...['TwnLctnNm', 'DstrctNm', 'CtrySubDvsn', 'Ctry'].map(once),
    ['AdrLine', 0, 7],
  ],
};
