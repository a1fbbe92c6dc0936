// 最初のページの日本語。キーが欠けるとコンパイルできない。
import type { LandingWords } from './words-zh.ts';

export const landingJa: LandingWords = {
  landingNetwork: '海外決済',
  landingTitle: 'いつものウォレットで、海外のお店に',
  landingLead:
    'お店の価格と人民元での金額を、固定されたレートで並べて表示します。お店は自国の通貨で受け取り、すべての支払いは確認できる帳簿に残ります。',
  landingOpenWallet: 'ウォレットを開く',
  landingForShops: 'お店の方へ',
  landingExample: '例：ソウルのお店',
  landingPriced: 'お店の価格',
  landingCosts: 'お支払い',
  landingRate: '固定レート',
  landingSpread: '為替スプレッド（込み）',
  landingReceives: 'お店の受取額（手数料差引後）',
  landingShoppers: 'お買い物の方',
  landingShoppers1: 'レートとスプレッドは支払い前に表示され、ほかの手数料はありません。',
  landingShoppers2: '残高または銀行カードで支払い、暗証番号かパスキーで確認します。',
  landingShoppers3: '返金は支払い時のレートで、同じ経路で戻ります。',
  landingWallet: 'ウォレット',
  landingShops: 'お店',
  landingShops1: '自国の通貨で値付けと受け取りができ、支払いは署名付きの通知ですぐに届きます。',
  landingShops2: '返金、精算ファイル、支払いごとの経過はコンソールで確認できます。',
  landingShops3: '公開された電文形式を使うため、既存の接続は宛先と鍵を替えるだけです。',
  landingConsole: '加盟店コンソール',
  landingApi: 'API 仕様（OpenAPI）',
  landingOperators: '運営者と監査人',
  landingOperators1: '資金に関わる操作は二人で行い、記録が残ります。',
  landingOperators2: '帳簿はいつでも自らを証明し、ログは追記のみで署名されます。',
  landingOperators3: '監査人は帳簿を書き出し、独立したプログラムで検証します。',
  landingOperatorsIn: 'コンソールにログイン',
  landingFooter: '通宝は Alipay、Antom、Ant Group とは関係がなく、公開された電文形式のみを使用します。',
};
