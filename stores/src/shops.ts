// The four shops as data: who they are, what they speak, how they look, whose contract they sell under. Both the server
// and the storefront read this. Names are our own; what each is modelled on is said in docs/guides/stores.md.

export type Language = 'ko' | 'zh' | 'en' | 'ja';
export type Words = Readonly<Record<Language, string>>;
export type ShopCode = 'hanbit' | 'hinode' | 'tsubame' | 'aldwyn';

export interface Shop {
  /** In its URL: /hanbit/. Also the code of its channel. */
  readonly code: ShopCode;
  readonly clientId: string;
  readonly name: Words;
  readonly slogan: Words;
  readonly currency: 'KRW' | 'JPY' | 'GBP';
  readonly country: string;
  /** The first is what a shopper without a known language gets. */
  readonly languages: readonly Language[];
  readonly look: {
    readonly accent: string;
    readonly ink: string;
    readonly paper: string;
    readonly font: string;
  };
}

export const shops: readonly Shop[] = [
  {
    code: 'hanbit',
    clientId: 'SANDBOX_HANBIT_KR_0001',
    name: { ko: '한빛몰', zh: '韩光百货', en: 'Hanbit Mall', ja: 'ハンビットモール' },
    slogan: {
      ko: '서울에서 열아홉 나라로',
      zh: '首尔直发，十九地可达',
      en: 'From Seoul to nineteen regions',
      ja: 'ソウルから十九の地域へ',
    },
    currency: 'KRW',
    country: 'KR',
    languages: ['ko', 'zh', 'en', 'ja'],
    look: { accent: '#b3123c', ink: '#1f1a1c', paper: '#fffafa', font: 'system-ui, sans-serif' },
  },
  {
    code: 'hinode',
    clientId: 'SANDBOX_ICHIBA_JP_0001',
    name: { ko: '히노데 이치바', zh: '日出市场', en: 'Hinode Ichiba', ja: '日の出市場' },
    slogan: {
      ko: '여러 가게, 장바구니 하나',
      zh: '众多店铺，一个购物车',
      en: 'Many shops, one basket',
      ja: 'たくさんのお店を、ひとつのカゴで',
    },
    currency: 'JPY',
    country: 'JP',
    languages: ['ja', 'zh', 'en', 'ko'],
    look: { accent: '#a8330b', ink: '#241c15', paper: '#fffdf7', font: 'system-ui, sans-serif' },
  },
  {
    code: 'tsubame',
    clientId: 'SANDBOX_TSUBAME_JP_0001',
    name: { ko: '츠바메 대행', zh: '燕子代购', en: 'Tsubame Agent', ja: 'つばめ代行' },
    slogan: {
      ko: '일본의 판매자에게서 대신 사 드립니다',
      zh: '替您向日本卖家购买',
      en: 'We buy for you from sellers in Japan',
      ja: '日本の出品者から代わりに購入します',
    },
    currency: 'JPY',
    country: 'JP',
    languages: ['zh', 'ja', 'en', 'ko'],
    look: { accent: '#0b5c7d', ink: '#12222b', paper: '#f8fcfe', font: 'system-ui, sans-serif' },
  },
  {
    code: 'aldwyn',
    clientId: 'SANDBOX_ALDWYN_GB_0001',
    name: { ko: '올드윈', zh: 'Aldwyn 时尚', en: 'Aldwyn', ja: 'オルドウィン' },
    slogan: {
      ko: '런던의 옷, 편한 반품',
      zh: '伦敦时装，轻松退货',
      en: 'London fashion, easy returns',
      ja: 'ロンドンの服、かんたん返品',
    },
    currency: 'GBP',
    country: 'GB',
    languages: ['en', 'zh', 'ja', 'ko'],
    look: {
      accent: '#1d1d1f',
      ink: '#1d1d1f',
      paper: '#ffffff',
      font: 'Georgia, "Noto Serif CJK SC", serif',
    },
  },
];

export const shopOf = (code: string): Shop | undefined => shops.find((shop) => shop.code === code);

/** Where the shops ship to, and what it costs from the nearest of them: bands of distance. */
export const regions: readonly {
  readonly code: string;
  readonly band: 0 | 1 | 2 | 3;
  readonly name: Words;
}[] = [
  { code: 'CN', band: 1, name: { ko: '중국', zh: '中国大陆', en: 'China', ja: '中国' } },
  { code: 'HK', band: 1, name: { ko: '홍콩', zh: '中国香港', en: 'Hong Kong', ja: '香港' } },
  { code: 'MO', band: 1, name: { ko: '마카오', zh: '中国澳门', en: 'Macao', ja: 'マカオ' } },
  { code: 'TW', band: 1, name: { ko: '대만', zh: '中国台湾', en: 'Taiwan', ja: '台湾' } },
  { code: 'JP', band: 0, name: { ko: '일본', zh: '日本', en: 'Japan', ja: '日本' } },
  { code: 'KR', band: 0, name: { ko: '대한민국', zh: '韩国', en: 'South Korea', ja: '韓国' } },
  { code: 'SG', band: 2, name: { ko: '싱가포르', zh: '新加坡', en: 'Singapore', ja: 'シンガポール' } },
  { code: 'MY', band: 2, name: { ko: '말레이시아', zh: '马来西亚', en: 'Malaysia', ja: 'マレーシア' } },
  { code: 'TH', band: 2, name: { ko: '태국', zh: '泰国', en: 'Thailand', ja: 'タイ' } },
  { code: 'VN', band: 2, name: { ko: '베트남', zh: '越南', en: 'Vietnam', ja: 'ベトナム' } },
  { code: 'ID', band: 2, name: { ko: '인도네시아', zh: '印度尼西亚', en: 'Indonesia', ja: 'インドネシア' } },
  { code: 'PH', band: 2, name: { ko: '필리핀', zh: '菲律宾', en: 'Philippines', ja: 'フィリピン' } },
  { code: 'AU', band: 3, name: { ko: '호주', zh: '澳大利亚', en: 'Australia', ja: 'オーストラリア' } },
  { code: 'NZ', band: 3, name: { ko: '뉴질랜드', zh: '新西兰', en: 'New Zealand', ja: 'ニュージーランド' } },
  { code: 'US', band: 3, name: { ko: '미국', zh: '美国', en: 'United States', ja: 'アメリカ' } },
  { code: 'CA', band: 3, name: { ko: '캐나다', zh: '加拿大', en: 'Canada', ja: 'カナダ' } },
  { code: 'GB', band: 3, name: { ko: '영국', zh: '英国', en: 'United Kingdom', ja: 'イギリス' } },
  { code: 'FR', band: 3, name: { ko: '프랑스', zh: '法国', en: 'France', ja: 'フランス' } },
  { code: 'DE', band: 3, name: { ko: '독일', zh: '德国', en: 'Germany', ja: 'ドイツ' } },
];

/** Whole units of the currency, by band; at home and next door it is cheapest. */
export const shippingFees: Readonly<Record<Shop['currency'], readonly [number, number, number, number]>> = {
  KRW: [5_000, 9_000, 14_000, 22_000],
  JPY: [700, 1_200, 1_800, 2_600],
  GBP: [12, 12, 12, 8],
};

/** Vendure stores two decimals for every currency (MoneyStrategy), also for won and yen. */
export const storedDecimals = 2;
export const stored = (whole: number): number => Math.round(whole * 10 ** storedDecimals);
